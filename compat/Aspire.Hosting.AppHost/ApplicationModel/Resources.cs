using System.Text.Json;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A .NET project: built once, then run as the program it builds.</summary>
public class ProjectResource(string name)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport,
    IResourceWithProbes, IComputeResource;

/// <summary>A program of this machine.</summary>
public class ExecutableResource
    : Resource, IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport, IResourceWithProbes, IComputeResource
{
    /// <summary>Describes a program by its command (a path, or a name on PATH) and the directory that it runs in.</summary>
    public ExecutableResource(string name, string command, string workingDirectory) : base(name)
    {
        ArgumentException.ThrowIfNullOrEmpty(command);
        ArgumentNullException.ThrowIfNull(workingDirectory);
        Command = command;
        WorkingDirectory = workingDirectory;
    }

    /// <summary>A path, or a name on PATH.</summary>
    public string Command { get; }

    /// <summary>The directory that it runs in.</summary>
    public string WorkingDirectory { get; }
}

/// <summary>A container image; where no container engine answers, the engines of the private engine root run natively in its stead.</summary>
public class ContainerResource(string name, string? entrypoint = null) : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints,
    IResourceWithWaitSupport, IResourceWithProbes, IComputeResource
{
    /// <summary>The program that is started instead of the image's own.</summary>
    public string? Entrypoint { get; set; } = entrypoint;
}

/// <summary>A resource that others connect to by a connection string.</summary>
public interface IResourceWithConnectionString : IResource, IExpressionValue, IValueWithReferences
{
    /// <summary>The connection string.</summary>
    ReferenceExpression ConnectionStringExpression { get; }

    /// <summary>The environment variable that carries it; null for <c>ConnectionStrings__NAME</c>.</summary>
    string? ConnectionStringEnvironmentVariable => null;

    /// <summary>Gives the connection string once everything in it is known.</summary>
    ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => ConnectionStringExpression.GetValueAsync(cancellationToken);

    /// <summary>The parts of the connection, injected one variable each.</summary>
    IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() => [];

    string IManifestExpressionProvider.ValueExpression => $"{{{Name}.connectionString}}";

    IEnumerable<object> IValueWithReferences.References => [ConnectionStringExpression];

    ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => GetConnectionStringAsync(cancellationToken);

    ValueTask<string?> IValueProvider.GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken)
        => ConnectionStringExpression.GetValueAsync(context, cancellationToken);
}

/// <summary>Where a project's file is and how it is launched.</summary>
public interface IProjectMetadata : IResourceAnnotation
{
    /// <summary>The full path of the project file.</summary>
    string ProjectPath { get; }

    /// <summary>The launch settings; null for those beside the project file.</summary>
    LaunchSettings? LaunchSettings => null;

    /// <summary>Whether the project is built by somebody else.</summary>
    bool SuppressBuild => false;
}

/// <summary>What <c>Properties/launchSettings.json</c> says.</summary>
public sealed class LaunchSettings
{
    /// <summary>The profiles by name.</summary>
    public Dictionary<string, LaunchProfile> Profiles { get; set; } = [];

    internal static LaunchSettings? Read(string projectPath)
    {
        var path = Path.Combine(Path.GetDirectoryName(projectPath)!, "Properties", "launchSettings.json");
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<LaunchSettings>(File.ReadAllText(path), ReadOptions);
        }
        catch (JsonException e)
        {
            throw new DistributedApplicationException($"{path} is not valid JSON ({e.Message}); correct it and start again.");
        }
    }

    private static readonly JsonSerializerOptions ReadOptions =
        new(JsonSerializerDefaults.Web) { ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
}

/// <summary>One profile of the launch settings.</summary>
public sealed class LaunchProfile
{
    /// <summary>What kind of launch it is; <c>Project</c> for those that count here.</summary>
    public string? CommandName { get; set; }

    /// <summary>Arguments.</summary>
    public string? CommandLineArgs { get; set; }

    /// <summary>The URLs to listen on, separated by semicolons.</summary>
    public string? ApplicationUrl { get; set; }

    /// <summary>Environment variables.</summary>
    public Dictionary<string, string> EnvironmentVariables { get; set; } = [];
}

/// <summary>A value that comes from configuration, or is generated once.</summary>
public class ParameterResource : Resource, IResourceWithoutLifetime, IExpressionValue
{
    private readonly Lazy<string> _value;

    /// <summary>Describes a parameter whose value the callback finds.</summary>
    public ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false) : base(name)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Secret = secret;
        _value = new Lazy<string>(() => callback(Default));
    }

    /// <summary>What gives the value where configuration has none.</summary>
    public ParameterDefault? Default { get; set; }

    /// <summary>Whether it must not be shown.</summary>
    public bool Secret { get; }

    /// <summary>Whether its value is a connection string, read from <c>ConnectionStrings:NAME</c>.</summary>
    public bool IsConnectionString { get; set; }

    /// <summary>The value.</summary>
    /// <exception cref="MissingParameterValueException">There is none.</exception>
    [Obsolete("Use GetValueAsync for async access to parameter value.")]
    public string Value => _value.Value;

    /// <inheritdoc/>
    public string ValueExpression => IsConnectionString ? $"{{{Name}.connectionString}}" : $"{{{Name}.value}}";

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => new(_value.Value);
}

/// <summary>Gives a parameter's value where configuration has none.</summary>
public abstract class ParameterDefault
{
    /// <summary>Makes the value.</summary>
    public abstract string GetDefaultValue();
}

/// <summary>A connection string that is given, or made of others.</summary>
public sealed class ConnectionStringResource(string name, ReferenceExpression connectionStringExpression)
    : Resource(name), IResourceWithConnectionString, IResourceWithWaitSupport
{
    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression { get; } = connectionStringExpression;
}

/// <summary>A connection string as an environment variable's value.</summary>
public class ConnectionStringReference(IResourceWithConnectionString resource, bool optional) : IExpressionValue, IValueWithReferences
{
    /// <summary>The resource connected to.</summary>
    public IResourceWithConnectionString Resource { get; } = resource;

    /// <summary>Whether it may be missing.</summary>
    public bool Optional { get; } = optional;

    string IManifestExpressionProvider.ValueExpression => Resource.ValueExpression;

    IEnumerable<object> IValueWithReferences.References => [Resource];

    async ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken)
    {
        var value = await Resource.GetConnectionStringAsync(cancellationToken);
        return string.IsNullOrEmpty(value) && !Optional
            ? throw new DistributedApplicationException($"The connection string '{Resource.Name}' is missing: set ConnectionStrings__{Resource.Name}.")
            : value;
    }
}
