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
        // Cancelled by nobody who called: the handler below gave up connecting.
        catch (Exception e) when (e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
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
