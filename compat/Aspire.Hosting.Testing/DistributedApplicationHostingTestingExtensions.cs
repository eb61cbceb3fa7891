using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Testing;

/// <summary>Finds the resources of a started application.</summary>
public static class DistributedApplicationHostingTestingExtensions
{
    /// <summary>Makes a client for a resource's endpoint (https if there is one, else http, unless named). Dispose it with the test.</summary>
    public static HttpClient CreateHttpClient(this DistributedApplication app, string resourceName, string? endpointName = null)
    {
        var client = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        client.BaseAddress = app.GetEndpoint(resourceName, endpointName);
        return client;
    }

    /// <summary>Gives the address of a resource's endpoint.</summary>
    /// <exception cref="ArgumentException">There is no such resource or endpoint.</exception>
    /// <exception cref="InvalidOperationException">The application is not started.</exception>
    public static Uri GetEndpoint(this DistributedApplication app, string resourceName, string? endpointName = null)
    {
        if (Find(app, resourceName) is not IResourceWithEndpoints resource) throw new ArgumentException($"Resource '{resourceName}' has no endpoints.",
            nameof(resourceName));
        var endpoints = resource.GetEndpoints().ToList();
        var endpoint = endpointName is null
            ? endpoints.Find(e => e.Scheme == "https") ?? endpoints.Find(e => e.Scheme == "http")
            : endpoints.Find(e => string.Equals(e.EndpointName, endpointName, StringComparison.OrdinalIgnoreCase));
        if (endpoint is null) throw new ArgumentException($"Resource '{resourceName}' has no endpoint '{endpointName ?? "http"}'.", nameof(endpointName));
        return endpoint.IsAllocated ? new Uri(endpoint.Url) : throw new InvalidOperationException("The application is not started.");
    }

    /// <summary>Gives the connection string of a resource.</summary>
    /// <exception cref="ArgumentException">There is no such resource, or it has none.</exception>
    public static ValueTask<string?> GetConnectionStringAsync(this DistributedApplication app, string resourceName,
        CancellationToken cancellationToken = default)
        => Find(app, resourceName) is IResourceWithConnectionString resource
            ? resource.GetConnectionStringAsync(cancellationToken)
            : throw new ArgumentException($"Resource '{resourceName}' has no connection string.", nameof(resourceName));

    private static IResource Find(DistributedApplication app, string name)
        => app.Services.GetRequiredService<DistributedApplicationModel>().Resources.TryGetByName(name, out var resource) ? resource
            : throw new ArgumentException($"There is no resource '{name}'.", nameof(name));
}
