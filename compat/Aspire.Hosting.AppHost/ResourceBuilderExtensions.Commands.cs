using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Adds a command, or replaces the one of the same name.</summary>
    /// <param name="builder">The resource.</param>
    /// <param name="name">The name, unique in the resource.</param>
    /// <param name="displayName">The name as shown.</param>
    /// <param name="executeCommand">Does it, for one instance of the resource.</param>
    /// <param name="commandOptions">How to show it, and when.</param>
    public static IResourceBuilder<T> WithCommand<T>(this IResourceBuilder<T> builder, string name, string displayName,
        Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand, CommandOptions? commandOptions = null) where T : IResource
    {
        var options = commandOptions ?? CommandOptions.Default;
        var command = new ResourceCommandAnnotation(name, displayName, options.UpdateState ?? (_ => ResourceCommandState.Enabled), executeCommand,
            options.Description, parameter: null, options.ConfirmationMessage, options.IconName, options.IconVariant, options.IsHighlighted);
        var old = builder.Resource.AnnotationsOf<ResourceCommandAnnotation>().FirstOrDefault(c => c.Name == name);
        if (old is not null) builder.Resource.Annotations.Remove(old);
        return builder.WithAnnotation(command);
    }

    /// <summary>Adds a command that sends a request to one of the resource's HTTP endpoints; it can be used while the resource is healthy.</summary>
    /// <param name="builder">The resource.</param>
    /// <param name="path">The path and query.</param>
    /// <param name="displayName">The name as shown.</param>
    /// <param name="endpointName">The endpoint; the first one with scheme https, else http, unless given.</param>
    /// <param name="commandName">The command's name; made from the method and the path unless given.</param>
    /// <param name="commandOptions">Method, request, result, and how to show it.</param>
    public static IResourceBuilder<TResource> WithHttpCommand<TResource>(this IResourceBuilder<TResource> builder, string path, string displayName,
        [EndpointName] string? endpointName = null, string? commandName = null, HttpCommandOptions? commandOptions = null)
        where TResource : IResourceWithEndpoints
        => builder.WithHttpCommand(path, displayName, () => HttpEndpointOf(builder.Resource, endpointName), commandName, commandOptions);

    /// <summary>Adds a command that sends a request to an HTTP endpoint; it can be used while the resource is healthy.</summary>
    /// <param name="builder">The resource.</param>
    /// <param name="path">The path and query.</param>
    /// <param name="displayName">The name as shown.</param>
    /// <param name="endpointSelector">Gives the endpoint when the command is executed.</param>
    /// <param name="commandName">The command's name; made from the method and the path unless given.</param>
    /// <param name="commandOptions">Method, request, result, and how to show it.</param>
    public static IResourceBuilder<TResource> WithHttpCommand<TResource>(this IResourceBuilder<TResource> builder, string path, string displayName,
        Func<EndpointReference> endpointSelector, string? commandName = null, HttpCommandOptions? commandOptions = null)
        where TResource : IResourceWithEndpoints
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(endpointSelector);
        var options = commandOptions ?? new HttpCommandOptions();
        var method = options.Method ?? HttpMethod.Post;
        options.UpdateState ??= c => c.ResourceSnapshot.HealthStatus is Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
            ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;
        return builder.WithCommand(commandName ?? $"{builder.Resource.Name}-http-{method.Method.ToLowerInvariant()}-{path}", displayName,
            context => SendAsync(context, endpointSelector(), method, path, options), options);
    }

    private static EndpointReference HttpEndpointOf(IResourceWithEndpoints resource, string? endpointName)
        => resource.GetEndpoints().Where(e => endpointName is null || e.EndpointName == endpointName).Where(e => e.Scheme is "http" or "https")
            .OrderBy(e => e.Scheme == "https" ? 0 : 1).FirstOrDefault()
            ?? throw new DistributedApplicationException($"Resource '{resource.Name}' has no HTTP endpoint {endpointName}".TrimEnd() + ".");

    private static async Task<ExecuteCommandResult> SendAsync(ExecuteCommandContext context, EndpointReference endpoint, HttpMethod method, string path,
        HttpCommandOptions options)
    {
        using var client = context.ServiceProvider.GetRequiredService<IHttpClientFactory>().CreateClient();
        using var request = new HttpRequestMessage(method, new Uri(new Uri(UrlOf(endpoint, context.ResourceName)), path));
        if (options.PrepareRequest is { } prepare)
            await prepare(new HttpCommandRequestContext
            {
                ServiceProvider = context.ServiceProvider,
                ResourceName = context.ResourceName,
                Endpoint = endpoint,
                CancellationToken = context.CancellationToken,
                HttpClient = client,
                Request = request,
            });
        using var response = await client.SendAsync(request, context.CancellationToken);
        if (options.GetCommandResult is { } getResult)
            return await getResult(new HttpCommandResultContext
            {
                ServiceProvider = context.ServiceProvider,
                ResourceName = context.ResourceName,
                Endpoint = endpoint,
                CancellationToken = context.CancellationToken,
                HttpClient = client,
                Response = response,
            });
        return response.IsSuccessStatusCode
            ? CommandResults.Success()
            : CommandResults.Failure($"{method} {request.RequestUri} answered {(int)response.StatusCode} {response.ReasonPhrase}.");
    }

    /// <summary>The endpoint's place at one instance of its resource: a command is for that instance, not for any of them.</summary>
    private static string UrlOf(EndpointReference endpoint, string resourceId)
    {
        var (ids, replicas) = (endpoint.Resource.GetResourceIds(), endpoint.EndpointAnnotation.Replicas);
        for (var i = 0; i < Math.Min(ids.Count, replicas.Count); i++)
            if (ids[i] == resourceId) return replicas[i].UriString;
        return endpoint.Url;
    }
}
