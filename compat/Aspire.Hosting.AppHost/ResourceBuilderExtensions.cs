using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>What any resource can be told.</summary>
public static partial class ResourceBuilderExtensions
{
    /// <summary>Sets an environment variable.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, string? value) where T : IResourceWithEnvironment
        => builder.WithEnvironment(c => c.EnvironmentVariables[name] = value ?? "");

    /// <summary>Sets an environment variable to a text with values in it.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name,
        in ReferenceExpression.ExpressionInterpolatedStringHandler value)
        where T : IResourceWithEnvironment
        => builder.WithEnvironment(name, ReferenceExpression.Create(value));

    /// <summary>Sets an environment variable to a text with values in it.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, ReferenceExpression value)
        where T : IResourceWithEnvironment
        => builder.WithEnvironment(c => c.EnvironmentVariables[name] = value);

    /// <summary>Sets an environment variable by a callback.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, Func<string> callback)
        where T : IResourceWithEnvironment
        => builder.WithEnvironment(c => c.EnvironmentVariables[name] = callback());

    /// <summary>Sets environment variables by a callback.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, Action<EnvironmentCallbackContext> callback)
        where T : IResourceWithEnvironment
        => builder.WithAnnotation(new EnvironmentCallbackAnnotation(callback));

    /// <summary>Sets environment variables by a callback.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, Func<EnvironmentCallbackContext, Task> callback)
        where T : IResourceWithEnvironment
        => builder.WithAnnotation(new EnvironmentCallbackAnnotation(callback));

    /// <summary>Sets an environment variable to an endpoint's URL.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, EndpointReference endpointReference)
        where T : IResourceWithEnvironment
        => builder.WithEnvironment(c => c.EnvironmentVariables[name] = endpointReference);

    /// <summary>Sets an environment variable to a parameter's value.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string name, IResourceBuilder<ParameterResource> parameter)
        where T : IResourceWithEnvironment
        => builder.WithEnvironment(c => c.EnvironmentVariables[name] = parameter.Resource);

    /// <summary>Sets an environment variable to a connection string.</summary>
    public static IResourceBuilder<T> WithEnvironment<T>(this IResourceBuilder<T> builder, string envVarName,
        IResourceBuilder<IResourceWithConnectionString> resource)
        where T : IResourceWithEnvironment
        => builder.WithEnvironment(c => c.EnvironmentVariables[envVarName] = new ConnectionStringReference(resource.Resource, optional: false));

    /// <summary>Adds command line arguments.</summary>
    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, params string[] args) where T : IResourceWithArgs
        => builder.WithAnnotation(new CommandLineArgsCallbackAnnotation(list => { foreach (var arg in args) list.Add(arg); }));

    /// <summary>Adds command line arguments; values are looked up at the start.</summary>
    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, params object[] args) where T : IResourceWithArgs
        => builder.WithAnnotation(new CommandLineArgsCallbackAnnotation(list => { foreach (var arg in args) list.Add(arg); }));

    /// <summary>Changes the command line arguments by a callback.</summary>
    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, Action<CommandLineArgsCallbackContext> callback) where T : IResourceWithArgs
        => builder.WithAnnotation(new CommandLineArgsCallbackAnnotation(c => { callback(c); return Task.CompletedTask; }));

    /// <summary>Changes the command line arguments by a callback.</summary>
    public static IResourceBuilder<T> WithArgs<T>(this IResourceBuilder<T> builder, Func<CommandLineArgsCallbackContext, Task> callback)
        where T : IResourceWithArgs
        => builder.WithAnnotation(new CommandLineArgsCallbackAnnotation(callback));

    /// <summary>Adds an endpoint.</summary>
    /// <exception cref="DistributedApplicationException">There is one of that name.</exception>
    public static IResourceBuilder<T> WithEndpoint<T>(this IResourceBuilder<T> builder, int? port = null, int? targetPort = null, string? scheme = null,
        [EndpointName] string? name = null, string? env = null, bool? isProxied = null, bool? isExternal = null, ProtocolType? protocol = null)
        where T : IResourceWithEndpoints
    {
        var endpoint = new EndpointAnnotation(protocol ?? ProtocolType.Tcp, scheme, null, name, port, targetPort, isExternal, isProxied) { PortVariable = env };
        if (builder.Resource.Annotations.OfType<EndpointAnnotation>().Any(e => string.Equals(e.Name, endpoint.Name, StringComparison.OrdinalIgnoreCase)))
            throw new DistributedApplicationException($"Resource '{builder.Resource.Name}' has an endpoint named '{endpoint.Name}' already; give the other " +
                "one a name.");
        return builder.WithAnnotation(endpoint);
    }

    /// <summary>Changes an endpoint, or adds it.</summary>
    public static IResourceBuilder<T> WithEndpoint<T>(this IResourceBuilder<T> builder, [EndpointName] string endpointName,
        Action<EndpointAnnotation> callback, bool createIfNotExists = true)
        where T : IResourceWithEndpoints
    {
        var endpoint = builder.Resource.Annotations.OfType<EndpointAnnotation>()
            .FirstOrDefault(e => string.Equals(e.Name, endpointName, StringComparison.OrdinalIgnoreCase));
        if (endpoint is null && !createIfNotExists) return builder;
        if (endpoint is null) builder.WithAnnotation(endpoint = new EndpointAnnotation(ProtocolType.Tcp, name: endpointName));
        callback(endpoint);
        return builder;
    }

    /// <summary>Adds an http endpoint.</summary>
    public static IResourceBuilder<T> WithHttpEndpoint<T>(this IResourceBuilder<T> builder, int? port = null, int? targetPort = null,
        [EndpointName] string? name = null,
        string? env = null, bool? isProxied = null) where T : IResourceWithEndpoints
        => builder.WithEndpoint(port, targetPort, "http", name, env, isProxied);

    /// <summary>Says that the http endpoints are meant for users outside.</summary>
    public static IResourceBuilder<T> WithExternalHttpEndpoints<T>(this IResourceBuilder<T> builder) where T : IResourceWithEndpoints
    {
        foreach (var endpoint in builder.Resource.Annotations.OfType<EndpointAnnotation>()
            .Where(e => e.UriScheme is "http" or "https"))
            endpoint.IsExternal = true;
        return builder;
    }

    /// <summary>Refers to an endpoint by name.</summary>
    public static EndpointReference GetEndpoint<T>(this IResourceBuilder<T> builder, [EndpointName] string name) where T : IResourceWithEndpoints
        => builder.Resource.GetEndpoint(name);

    /// <summary>Gives the connection string of a resource, and its parts one variable each.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder,
        IResourceBuilder<IResourceWithConnectionString> source,
        string? connectionName = null, bool optional = false) where TDestination : IResourceWithEnvironment
    {
        var resource = source.Resource;
        connectionName ??= resource.Name;
        builder.WithReferenceRelationship(resource);
        return builder.WithEnvironment(context =>
        {
            context.EnvironmentVariables[resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{connectionName}"] =
                new ConnectionStringReference(resource, optional);
            foreach (var (key, value) in resource.GetConnectionProperties())
                context.EnvironmentVariables[$"{EnvironmentName(connectionName)}_{key}".ToUpperInvariant()] = value;
        });
    }

    /// <summary>Gives the addresses of a service, so that it is found by its name.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder,
        IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment
    {
        builder.WithReferenceRelationship(source.Resource);
        return builder.WithEnvironment(context =>
        {
            foreach (var endpoint in source.Resource.GetEndpoints()) AddDiscovery(context, endpoint);
        });
    }

    /// <summary>Gives the address of one endpoint.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment
    {
        builder.WithReferenceRelationship(endpointReference.Resource);
        return builder.WithEnvironment(context => AddDiscovery(context, endpointReference));
    }

    /// <summary>Adds a relation that is shown, nothing more.</summary>
    public static IResourceBuilder<T> WithReferenceRelationship<T>(this IResourceBuilder<T> builder, IResource resource) where T : IResource
        => builder.WithRelationship(resource, "Reference");

    /// <summary>Adds a relation that is shown, nothing more.</summary>
    public static IResourceBuilder<T> WithRelationship<T>(this IResourceBuilder<T> builder, IResource resource, string type) where T : IResource
        => builder.WithAnnotation(new ResourceRelationshipAnnotation(resource, type));

    /// <summary>Shows the resource below another one.</summary>
    public static IResourceBuilder<T> WithParentRelationship<T>(this IResourceBuilder<T> builder, IResource parent) where T : IResource
        => builder.WithRelationship(parent, "Parent");

    /// <summary>Shows the resource below another one.</summary>
    public static IResourceBuilder<T> WithParentRelationship<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> parent) where T : IResource
        => builder.WithParentRelationship(parent.Resource);

    /// <summary>Starts only once the other one is healthy.</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency) where T : IResourceWithWaitSupport
        => builder.Wait(dependency.Resource, WaitType.WaitUntilHealthy, null);

    /// <summary>Starts only once the other one is healthy.</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitBehavior waitBehavior)
        where T : IResourceWithWaitSupport
        => builder.Wait(dependency.Resource, WaitType.WaitUntilHealthy, waitBehavior);

    /// <summary>Starts only once the other one runs.</summary>
    public static IResourceBuilder<T> WaitForStart<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport
        => builder.Wait(dependency.Resource, WaitType.WaitUntilStarted, null);

    /// <summary>Starts only once the other one has ended with the exit code.</summary>
    public static IResourceBuilder<T> WaitForCompletion<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, int exitCode = 0)
        where T : IResourceWithWaitSupport
        => builder.Wait(dependency.Resource, WaitType.WaitForCompletion, null, exitCode);

    /// <summary>Does not start by itself, only by command.</summary>
    public static IResourceBuilder<T> WithExplicitStart<T>(this IResourceBuilder<T> builder) where T : IResource
        => builder.WithAnnotation(new ExplicitStartupAnnotation());

    /// <summary>Takes the resource's health from a check that is registered in the builder's services.</summary>
    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key) where T : IResource
        => builder.WithAnnotation(new HealthCheckAnnotation(key));

    /// <summary>Takes the resource's health from an HTTP endpoint: healthy while it answers with the status (200 unless given).</summary>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, string? path = null, int? statusCode = null,
        [EndpointName] string? endpointName = null)
        where T : IResourceWithEndpoints
    {
        path ??= "/";
        var expected = statusCode ?? 200;
        var endpoint = builder.Resource.GetEndpoint(endpointName
            ?? builder.Resource.Annotations.OfType<EndpointAnnotation>().FirstOrDefault(e => e.UriScheme is "http" or "https")?.Name ?? "http");
        var key = string.Create(CultureInfo.InvariantCulture, $"{builder.Resource.Name}_{endpoint.EndpointName}_{path}_{expected}_check");
        builder.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(key,
            services => new HttpHealthCheck(services.GetRequiredService<IHttpClientFactory>(), endpoint, path, expected), HealthStatus.Unhealthy, null,
                Limits.HealthCheck));
        return builder.WithHealthCheck(key);
    }

    /// <summary>Shows a URL beside the resource.</summary>
    public static IResourceBuilder<T> WithUrl<T>(this IResourceBuilder<T> builder, string url, string? displayText = null) where T : IResource
        => builder.WithAnnotation(new ResourceUrlAnnotation { Url = url, DisplayText = displayText });

    /// <summary>Changes how an endpoint's URL is shown.</summary>
    public static IResourceBuilder<T> WithUrlForEndpoint<T>(this IResourceBuilder<T> builder, string endpointName, Action<ResourceUrlAnnotation> callback)
        where T : IResource
        => builder.WithAnnotation(new EndpointUrlCallbackAnnotation(endpointName, callback));

    /// <summary>Gives a resource that the orchestrator does not run its first state.</summary>
    public static IResourceBuilder<TResource> WithInitialState<TResource>(this IResourceBuilder<TResource> builder, CustomResourceSnapshot initialSnapshot)
        where TResource : IResource
        => builder.WithAnnotation(new ResourceSnapshotAnnotation(initialSnapshot), ResourceAnnotationMutationBehavior.Replace);

    private static IResourceBuilder<T> Wait<T>(this IResourceBuilder<T> builder, IResource dependency, WaitType type, WaitBehavior? behavior, int exitCode = 0)
        where T : IResource
    {
        if (ReferenceEquals(builder.Resource, dependency)
            || (builder.Resource is IResourceWithParent { Parent: var parent } && ReferenceEquals(parent, dependency)))
            throw new DistributedApplicationException($"Resource '{builder.Resource.Name}' cannot wait for '{dependency.Name}': it is itself, or its parent.");
        builder.WithRelationship(dependency, "WaitFor");
        return builder.WithAnnotation(new WaitAnnotation(dependency, type, exitCode) { WaitBehavior = behavior });
    }

    /// <summary>
    /// One entry a replica: callers balance between replicas themselves. An endpoint named after its scheme is found as that scheme, any other by its name.
    /// </summary>
    private static void AddDiscovery(EnvironmentCallbackContext context, EndpointReference reference)
    {
        var variables = context.EnvironmentVariables;
        var endpoint = reference.EndpointAnnotation;
        var service = reference.Resource.Name;
        var key = endpoint.Name is "http" or "https" ? endpoint.UriScheme : endpoint.Name;
        variables[$"{EnvironmentName(service)}_{EnvironmentName(endpoint.Name)}".ToUpperInvariant()] = reference;
        if (context.ExecutionContext.IsPublishMode)
        {
            variables[$"services__{service}__{key}__0"] = reference; // how many replicas there are, and where, is the environment's affair
            return;
        }

        var n = 0;
        for (var replica = 0; replica < reference.Resource.GetReplicaCount(); replica++)
        {
            while (variables.ContainsKey($"services__{service}__{key}__{n.ToString(CultureInfo.InvariantCulture)}")) n++;
            variables[$"services__{service}__{key}__{n.ToString(CultureInfo.InvariantCulture)}"] = new ReplicaUrl(reference, replica);
        }
    }

    /// <summary>What is not a letter, a digit or an underscore becomes one; a digit in front gets one before it.</summary>
    internal static string EnvironmentName(string name)
    {
        var encoded = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return char.IsAsciiDigit(encoded[0]) ? "_" + encoded : encoded;
    }

    private sealed class ReplicaUrl(EndpointReference reference, int replica) : IExpressionValue, IValueWithReferences
    {
        public string ValueExpression => ((IManifestExpressionProvider)reference).ValueExpression;

        public IEnumerable<object> References => [reference];

        public async ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default)
        {
            await reference.EndpointAnnotation.Allocated.WaitAsync(cancellationToken);
            return reference.EndpointAnnotation.Replicas[replica].UriString;
        }
    }

    private sealed class HttpHealthCheck(IHttpClientFactory clients, EndpointReference endpoint, string path, int expected) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                using var client = clients.CreateClient("HealthCheck");
                // Every replica counts: one that is down makes the resource unhealthy.
                foreach (var replica in endpoint.EndpointAnnotation.Replicas)
                {
                    using var response = await client.GetAsync(new Uri(new Uri(replica.UriString), path), HttpCompletionOption.ResponseHeadersRead,
                        cancellationToken);
                    if ((int)response.StatusCode != expected)
                        return HealthCheckResult.Unhealthy(string.Create(CultureInfo.InvariantCulture,
                            $"{replica.UriString}{path} answers {(int)response.StatusCode}, expected {expected}."));
                }
                return HealthCheckResult.Healthy();
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                return HealthCheckResult.Unhealthy($"{endpoint.EndpointAnnotation.UriScheme} endpoint '{endpoint.EndpointName}' does not answer: {e.Message}");
            }
        }
    }
}

/// <summary>The first state of a resource that the orchestrator does not run.</summary>
public class ResourceSnapshotAnnotation(CustomResourceSnapshot initialSnapshot) : IResourceAnnotation
{
    /// <summary>The state.</summary>
    public CustomResourceSnapshot InitialSnapshot { get; } = initialSnapshot;
}
