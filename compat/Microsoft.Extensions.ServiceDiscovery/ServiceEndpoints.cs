using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>
/// The configured services and their replicas: <c>Services:NAME:KEY:n = url or host:port</c>, where KEY is a scheme, an endpoint's name or <c>default</c>.
/// Parsed once, and again when the configuration changes.
/// </summary>
internal sealed class ServiceEndpoints : IDisposable
{
    /// <summary>
    /// How long a replica that took no connection is passed over. Trying costs a machine that is silent the client's time to connect, so seldom.
    /// </summary>
    public static readonly TimeSpan AvoidTime = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly IDisposable _reload;
    private FrozenDictionary<string, Service> _services;

    public ServiceEndpoints(IConfiguration configuration, TimeProvider time)
    {
        _time = time;
        _services = Parse(configuration);
        _reload = ChangeToken.OnChange(configuration.GetReloadToken, () => Volatile.Write(ref _services, Parse(configuration)));
    }

    /// <summary>The replica whose turn it is for a request to <paramref name="uri"/>; null when its host is no configured service.</summary>
    public ServiceEndpoint? Next(Uri uri)
    {
        var services = Volatile.Read(ref _services);
        if (services.Count == 0) return null;

        var host = uri.Host;
        string? endpoint = null;
        // http://_endpoint.name asks for the named endpoint of a service.
        if (host.StartsWith('_') && host.IndexOf('.', StringComparison.Ordinal) is > 1 and var dot)
        {
            endpoint = host[1..dot];
            host = host[(dot + 1)..];
        }

        return services.TryGetValue(host, out var service) ? service.Find(uri.Scheme, endpoint)?.Next(_time.GetTimestamp()) : null;
    }

    /// <summary>Passes over a replica for <see cref="AvoidTime"/>, unless all are in that state.</summary>
    public void Avoid(ServiceEndpoint endpoint) => endpoint.AvoidUntil = _time.GetTimestamp() + (long)(AvoidTime.TotalSeconds * _time.TimestampFrequency);

    public void Dispose() => _reload.Dispose();

    private static FrozenDictionary<string, Service> Parse(IConfiguration configuration) =>
        configuration.GetSection("Services").GetChildren()
            .ToFrozenDictionary(section => section.Key, section => new Service(section), StringComparer.OrdinalIgnoreCase);

    /// <summary>One service: its replicas by key, narrowed to the schemes a request allows.</summary>
    private sealed class Service(IConfigurationSection section)
    {
        private readonly FrozenDictionary<string, Replicas> _byKey = section.GetChildren().Where(key => Values(key).Any())
            .ToFrozenDictionary(key => key.Key, key => new Replicas([.. Values(key).Select(ServiceEndpoint.Parse)]), StringComparer.OrdinalIgnoreCase);

        public Replicas? Find(string schemes, string? endpoint)
        {
            if (endpoint is not null) return _byKey.GetValueOrDefault(endpoint);
            // "https+http" lists the schemes from the most to the least wanted.
            if (!schemes.Contains('+', StringComparison.Ordinal)) return _byKey.GetValueOrDefault(schemes) ?? _byKey.GetValueOrDefault("default");
            foreach (var scheme in schemes.Split('+'))
            {
                if (_byKey.TryGetValue(scheme, out var replicas)) return replicas;
            }

            return _byKey.GetValueOrDefault("default");
        }

        private static IEnumerable<string> Values(IConfigurationSection key) =>
            key.Value is { Length: > 0 } single ? [single] : key.GetChildren().Select(child => child.Value).OfType<string>();
    }

    private sealed class Replicas(ServiceEndpoint[] endpoints)
    {
        private uint _turn = uint.MaxValue;

        public ServiceEndpoint Next(long now)
        {
            var turn = Interlocked.Increment(ref _turn);
            for (uint i = 0; i < endpoints.Length; i++)
            {
                var endpoint = endpoints[(turn + i) % (uint)endpoints.Length];
                if (endpoint.AvoidUntil <= now) return endpoint;
            }

            return endpoints[turn % (uint)endpoints.Length];
        }
    }
}
