using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ServiceDiscovery;

namespace ServiceDefaults;

/// <summary>
/// Leaves replicas that accepted no connection out of service discovery for <see cref="AvoidTime"/>, unless that would leave none. It takes turns otherwise: of
/// two replicas on two machines, one of which has lost its power, every second request would wait until connecting times out.
/// </summary>
internal sealed class SilentReplicas(TimeProvider time) : IServiceEndpointProviderFactory
{
    /// <summary>How long a replica is left out.</summary>
    public static readonly TimeSpan AvoidTime = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, bool> _silent = new();
    private ConfigurationReloadToken _change = new();

    /// <summary>Leaves out the replica at this host and port from now on.</summary>
    public async Task AvoidAsync(string authority)
    {
        if (!_silent.TryAdd(authority, true)) return;
        Refresh();
        await Task.Delay(AvoidTime, time);
        _silent.TryRemove(authority, out _);
        Refresh();
    }

    /// <inheritdoc />
    public bool TryCreateProvider(ServiceEndpointQuery query, [NotNullWhen(true)] out IServiceEndpointProvider? provider)
    {
        provider = new Provider(this);
        return true;
    }

    private void Refresh() => Interlocked.Exchange(ref _change, new()).OnReload();

    /// <summary>Takes silent replicas out of the endpoints that the providers before this one have found.</summary>
    private sealed class Provider(SilentReplicas replicas) : IServiceEndpointProvider
    {
        public ValueTask PopulateAsync(IServiceEndpointBuilder endpoints, CancellationToken cancellationToken)
        {
            endpoints.AddChangeToken(Volatile.Read(ref replicas._change)); // before looking, so that no change is missed
            var silent = endpoints.Endpoints.Where(IsSilent).ToList();
            if (silent.Count == endpoints.Endpoints.Count) return ValueTask.CompletedTask;
            foreach (var endpoint in silent) endpoints.Endpoints.Remove(endpoint);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private bool IsSilent(ServiceEndpoint endpoint) => endpoint.EndPoint is UriEndPoint replica && replicas._silent.ContainsKey(replica.Uri.Authority);
    }
}

/// <summary>Reports replicas that accept no connection. Inside service discovery, where requests have a replica's address.</summary>
internal sealed class SilentReplicaHandler(SilentReplicas replicas) : DelegatingHandler
{
    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        // Cancelled, but not by the caller: connecting timed out.
        catch (Exception e) when (e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            _ = replicas.AvoidAsync(request.RequestUri!.Authority);
            throw;
        }
    }
}

/// <summary>Registers <see cref="SilentReplicas"/>.</summary>
internal static class SilentReplicasExtensions
{
    /// <summary>Call it after <c>AddServiceDiscovery</c>: it takes endpoints out.</summary>
    public static IServiceCollection AddSilentReplicas(this IServiceCollection services) => services
        .AddSingleton<SilentReplicas>()
        .AddSingleton<IServiceEndpointProviderFactory>(static provider => provider.GetRequiredService<SilentReplicas>());

    /// <summary>Call it after <c>AddServiceDiscovery</c>: it looks at addresses of replicas.</summary>
    public static IHttpClientBuilder AddSilentReplicas(this IHttpClientBuilder http) =>
        http.AddHttpMessageHandler(static provider => new SilentReplicaHandler(provider.GetRequiredService<SilentReplicas>()));
}
