using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.ServiceDiscovery;

namespace ServiceDefaults;

/// <summary>
/// Excludes replicas that do not accept connections from service discovery for <see cref="AvoidTime"/>, unless that would leave none. Discovery is round-robin:
/// if one of two machines has lost power, every second request would otherwise wait for the connect timeout.
/// </summary>
internal sealed class SilentReplicas(TimeProvider time) : IServiceEndpointProviderFactory
{
    /// <summary>How long a replica is excluded.</summary>
    public static readonly TimeSpan AvoidTime = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, bool> _silent = new();
    private ConfigurationReloadToken _change = new();

    /// <summary>Excludes the replica at this host and port.</summary>
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

    /// <summary>Removes silent replicas from the endpoints that earlier providers have found.</summary>
    private sealed class Provider(SilentReplicas replicas) : IServiceEndpointProvider
    {
        public ValueTask PopulateAsync(IServiceEndpointBuilder endpoints, CancellationToken cancellationToken)
        {
            endpoints.AddChangeToken(Volatile.Read(ref replicas._change)); // before reading, so that no change is missed
            var silent = endpoints.Endpoints.Where(IsSilent).ToList();
            if (silent.Count == endpoints.Endpoints.Count) return ValueTask.CompletedTask;
            foreach (var endpoint in silent) endpoints.Endpoints.Remove(endpoint);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private bool IsSilent(ServiceEndpoint endpoint) => endpoint.EndPoint is UriEndPoint replica && replicas._silent.ContainsKey(replica.Uri.Authority);
    }
}
