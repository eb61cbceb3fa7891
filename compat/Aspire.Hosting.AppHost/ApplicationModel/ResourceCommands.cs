using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something that a user can do with a resource.</summary>
public sealed class ResourceCommandAnnotation : IResourceAnnotation
{
    /// <summary>Describes a command.</summary>
    /// <param name="name">The name, unique in the resource.</param>
    /// <param name="displayName">The name as shown.</param>
    /// <param name="updateState">Says from the latest snapshot whether the command can be used; called at each update, so it must be quick.</param>
    /// <param name="executeCommand">Does it, for one instance of the resource.</param>
    /// <param name="displayDescription">The tooltip.</param>
    /// <param name="parameter">Not used.</param>
    /// <param name="confirmationMessage">A question to ask first.</param>
    /// <param name="iconName">The name of a Fluent UI icon.</param>
    /// <param name="iconVariant">The variant of the icon.</param>
    /// <param name="isHighlighted">True for a button of its own, false for a place in the menu only.</param>
    public ResourceCommandAnnotation(string name, string displayName, Func<UpdateCommandStateContext, ResourceCommandState> updateState,
        Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand, string? displayDescription, object? parameter, string? confirmationMessage,
        string? iconName, IconVariant? iconVariant, bool isHighlighted)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(displayName);
        ArgumentNullException.ThrowIfNull(updateState);
        ArgumentNullException.ThrowIfNull(executeCommand);
        Name = name;
        DisplayName = displayName;
        UpdateState = updateState;
        ExecuteCommand = executeCommand;
        DisplayDescription = displayDescription;
        Parameter = parameter;
        ConfirmationMessage = confirmationMessage;
        IconName = iconName;
        IconVariant = iconVariant;
        IsHighlighted = isHighlighted;
    }

    /// <summary>The name, unique in the resource.</summary>
    public string Name { get; }

    /// <summary>The name as shown.</summary>
    public string DisplayName { get; }

    /// <summary>Says from the latest snapshot whether the command can be used.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState> UpdateState { get; }

    /// <summary>Does it, for one instance of the resource.</summary>
    public Func<ExecuteCommandContext, Task<ExecuteCommandResult>> ExecuteCommand { get; }

    /// <summary>The tooltip.</summary>
    public string? DisplayDescription { get; }

    /// <summary>A question to ask first.</summary>
    public string? ConfirmationMessage { get; }

    /// <summary>The name of a Fluent UI icon.</summary>
    public string? IconName { get; }

    /// <summary>The variant of the icon.</summary>
    public IconVariant? IconVariant { get; }

    /// <summary>True for a button of its own, false for a place in the menu only.</summary>
    public bool IsHighlighted { get; }

    internal object? Parameter { get; }
}

/// <summary>Whether a command can be used.</summary>
public enum ResourceCommandState
{
    /// <summary>It can.</summary>
    Enabled,

    /// <summary>It is shown, but cannot be used now.</summary>
    Disabled,

    /// <summary>It is not shown.</summary>
    Hidden,
}

/// <summary>What a command sees that says whether it can be used.</summary>
public sealed class UpdateCommandStateContext
{
    /// <summary>The latest snapshot of the instance.</summary>
    public required CustomResourceSnapshot ResourceSnapshot { get; init; }

    /// <summary>The host's services.</summary>
    public required IServiceProvider ServiceProvider { get; init; }
}

/// <summary>What a command sees that is executed.</summary>
public sealed class ExecuteCommandContext
{
    /// <summary>The host's services.</summary>
    public required IServiceProvider ServiceProvider { get; init; }

    /// <summary>The id of the instance.</summary>
    public required string ResourceName { get; init; }

    /// <summary>The console log of the instance.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Cancelled when nobody waits for the command any longer.</summary>
    public required CancellationToken CancellationToken { get; init; }
}

/// <summary>What became of a command.</summary>
public sealed class ExecuteCommandResult
{
    /// <summary>True when it did what it should.</summary>
    public required bool Success { get; init; }

    /// <summary>True when it was given up.</summary>
    public bool Canceled { get; init; }

    /// <summary>What to tell the user.</summary>
    public string? Message { get; init; }

    /// <summary>What it produced.</summary>
    public CommandResultData? Data { get; init; }
}

/// <summary>What a command produced.</summary>
public sealed class CommandResultData
{
    /// <summary>The text.</summary>
    public required string Value { get; init; }

    /// <summary>How to read it.</summary>
    public CommandResultFormat Format { get; init; }

    /// <summary>True to show it without being asked.</summary>
    public bool DisplayImmediately { get; init; }
}

/// <summary>How to read what a command produced.</summary>
public enum CommandResultFormat
{
    /// <summary>Plain text.</summary>
    Text,

    /// <summary>JSON.</summary>
    Json,

    /// <summary>Markdown.</summary>
    Markdown,
}

/// <summary>Makes results.</summary>
public static class CommandResults
{
    /// <summary>It did what it should.</summary>
    public static ExecuteCommandResult Success() => new() { Success = true };

    /// <summary>It did what it should.</summary>
    public static ExecuteCommandResult Success(string message) => new() { Success = true, Message = message };

    /// <summary>It did what it should and produced something.</summary>
    public static ExecuteCommandResult Success(string message, CommandResultData value) => new() { Success = true, Message = message, Data = value };

    /// <summary>It did what it should and produced something.</summary>
    public static ExecuteCommandResult Success(string message, string result, CommandResultFormat resultFormat = CommandResultFormat.Text)
        => Success(message, new CommandResultData { Value = result, Format = resultFormat });

    /// <summary>It did not.</summary>
    public static ExecuteCommandResult Failure(string? errorMessage = null) => new() { Success = false, Message = errorMessage };

    /// <summary>It did not.</summary>
    public static ExecuteCommandResult Failure(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return Failure(exception.Message);
    }

    /// <summary>It was given up.</summary>
    public static ExecuteCommandResult Canceled() => new() { Success = false, Canceled = true };
}

/// <summary>Options of a command.</summary>
public class CommandOptions
{
    internal static readonly CommandOptions Default = new();

    /// <summary>The tooltip.</summary>
    public string? Description { get; set; }

    /// <summary>A question to ask first.</summary>
    public string? ConfirmationMessage { get; set; }

    /// <summary>The name of a Fluent UI icon.</summary>
    public string? IconName { get; set; }

    /// <summary>The variant of the icon.</summary>
    public IconVariant? IconVariant { get; set; }

    /// <summary>True for a button of its own, false for a place in the menu only.</summary>
    public bool IsHighlighted { get; set; }

    /// <summary>Says from the latest snapshot whether the command can be used; always, unless given. Must be quick.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState>? UpdateState { get; set; }
}

/// <summary>Executes the commands of resources.</summary>
public class ResourceCommandService
{
    private readonly ResourceNotificationService _notifications;
    private readonly ResourceLoggerService _loggers;
    private readonly IServiceProvider _serviceProvider;

    internal ResourceCommandService(ResourceNotificationService notifications, ResourceLoggerService loggers, IServiceProvider serviceProvider)
    {
        _notifications = notifications;
        _loggers = loggers;
        _serviceProvider = serviceProvider;
    }

    /// <summary>Executes a command for one instance of a resource.</summary>
    /// <param name="resourceId">The id of the instance, or the name of a resource that has only one.</param>
    /// <param name="commandName">The command's name.</param>
    /// <param name="cancellationToken">Asks the command to give up.</param>
    /// <returns>The command's own result; a failure when there is no such command or it threw.</returns>
    /// <exception cref="InvalidOperationException">There is no such instance.</exception>
    public Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(resourceId);
        ArgumentException.ThrowIfNullOrEmpty(commandName);
        return _notifications.TryFindInstance(resourceId, out var instance)
            ? ExecuteAsync(instance.Resource, instance.ResourceId, commandName, cancellationToken)
            : throw new InvalidOperationException($"Resource '{resourceId}' not found.");
    }

    /// <summary>Executes a command for all instances of a resource at once.</summary>
    /// <returns>Success when all succeeded; otherwise a failure with all messages.</returns>
    public async Task<ExecuteCommandResult> ExecuteCommandAsync(IResource resource, string commandName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentException.ThrowIfNullOrEmpty(commandName);
        var ids = resource.GetResourceIds();
        var results = await Task.WhenAll(ids.Select(id => ExecuteAsync(resource, id, commandName, cancellationToken)));
        if (results.Length == 1) return results[0];
        if (results.All(r => r.Success)) return CommandResults.Success();
        var failures = results.Zip(ids).Where(r => r.First is { Success: false, Canceled: false })
            .Select(r => $"{r.Second}: {r.First.Message ?? "failed"}").ToList();
        return failures.Count == 0 ? CommandResults.Canceled() : CommandResults.Failure(string.Join(Environment.NewLine, failures));
    }

    /// <summary>The commands of a resource as they are offered for a snapshot.</summary>
    internal static ImmutableArray<ResourceCommandSnapshot> Describe(IResource resource, CustomResourceSnapshot snapshot, IServiceProvider serviceProvider)
    {
        var context = new UpdateCommandStateContext { ResourceSnapshot = snapshot, ServiceProvider = serviceProvider };
        return [.. resource.AnnotationsOf<ResourceCommandAnnotation>().Select(c => new ResourceCommandSnapshot(c.Name, c.UpdateState(context), c.DisplayName,
            c.DisplayDescription, c.Parameter, c.ConfirmationMessage, c.IconName, c.IconVariant, c.IsHighlighted))];
    }

    private async Task<ExecuteCommandResult> ExecuteAsync(IResource resource, string id, string commandName, CancellationToken cancellationToken)
    {
        var command = resource.AnnotationsOf<ResourceCommandAnnotation>().LastOrDefault(c => c.Name == commandName);
        if (command is null) return CommandResults.Failure($"Resource '{id}' has no command '{commandName}'.");
        var log = _loggers.GetLogger(id);
        log.LogInformation("Executing command '{Command}'.", commandName);
        try
        {
            var result = await command.ExecuteCommand(new ExecuteCommandContext
            {
                ServiceProvider = _serviceProvider,
                ResourceName = id,
                Logger = log,
                CancellationToken = cancellationToken,
            });
            if (result.Success) log.LogInformation("Command '{Command}' succeeded.", commandName);
            else if (result.Canceled) log.LogInformation("Command '{Command}' was cancelled.", commandName);
            else log.LogError("Command '{Command}' failed: {Message}", commandName, result.Message);
            return result;
        }
        catch (OperationCanceledException)
        {
            log.LogInformation("Command '{Command}' was cancelled.", commandName);
            return CommandResults.Canceled();
        }
        catch (Exception e)
        {
            log.LogError(e, "Command '{Command}' failed.", commandName);
            return CommandResults.Failure($"Command '{commandName}' failed: {e.Message}");
        }
    }
}
