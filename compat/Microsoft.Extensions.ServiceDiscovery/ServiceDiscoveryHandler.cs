namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>Sends a request whose host is a service's name to one of the service's replicas; other requests pass unchanged.</summary>
internal sealed class ServiceDiscoveryHandler(ServiceEndpoints endpoints) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var original = request.RequestUri;
        if (original is not { IsAbsoluteUri: true } || endpoints.Next(original) is not { } endpoint)
            return await base.SendAsync(request, cancellationToken);

        try
        {
            request.RequestUri = endpoint.Rewrite(original);
            return await base.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError)
        {
            endpoints.Avoid(endpoint);
            throw;
        }
        finally
        {
            // A retry must choose anew.
            request.RequestUri = original;
        }
    }
}
