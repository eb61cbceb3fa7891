using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.ServiceDiscovery;

namespace ServiceDefaults;

/// <summary>Reports replicas that do not accept connections. Runs inside service discovery, where requests already have a replica's address.</summary>
internal sealed class SilentReplicaHandler(SilentReplicas replicas) : DelegatingHandler
{
    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        // Canceled, but not by the caller: the connect timed out.
        catch (Exception e) when (e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            _ = replicas.AvoidAsync(request.RequestUri!.Authority);
            throw;
        }
    }
}
