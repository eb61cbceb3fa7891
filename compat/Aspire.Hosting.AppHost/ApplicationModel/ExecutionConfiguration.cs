using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Finds out what a resource is started with.</summary>
public interface IExecutionConfigurationBuilder
{
    /// <summary>Runs the resource's callbacks and looks up their values; waits for endpoints that are not allocated yet.</summary>
    Task<IExecutionConfigurationResult> BuildAsync(DistributedApplicationExecutionContext executionContext, ILogger? resourceLogger = null,
        CancellationToken cancellationToken = default);
}

/// <summary>What a resource is started with.</summary>
public interface IExecutionConfigurationResult
{
    /// <summary>The environment variables, without those that only the orchestrator adds.</summary>
    IEnumerable<KeyValuePair<string, string>> EnvironmentVariables { get; }
}

/// <inheritdoc cref="IExecutionConfigurationBuilder"/>
public sealed class ExecutionConfigurationBuilder : IExecutionConfigurationBuilder
{
    private readonly IResource _resource;

    internal ExecutionConfigurationBuilder(IResource resource) => _resource = resource;

    internal bool WithEnvironmentVariables { get; set; }

    /// <summary>Begins without anything.</summary>
    public static IExecutionConfigurationBuilder Create(IResource resource) => new ExecutionConfigurationBuilder(resource);

    /// <inheritdoc/>
    public async Task<IExecutionConfigurationResult> BuildAsync(DistributedApplicationExecutionContext executionContext, ILogger? resourceLogger = null,
        CancellationToken cancellationToken = default)
        => new Result(WithEnvironmentVariables ? await ResourceConfiguration.EnvironmentAsync(_resource, executionContext, cancellationToken) : []);

    private sealed record Result(IEnumerable<KeyValuePair<string, string>> EnvironmentVariables) : IExecutionConfigurationResult;
}

/// <summary>Says what to find out.</summary>
public static class ExecutionConfigurationBuilderExtensions
{
    /// <summary>The environment variables.</summary>
    public static IExecutionConfigurationBuilder WithEnvironmentVariablesConfig(this IExecutionConfigurationBuilder builder)
    {
        ((ExecutionConfigurationBuilder)builder).WithEnvironmentVariables = true;
        return builder;
    }
}
