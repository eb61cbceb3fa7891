using Microsoft.Extensions.Hosting;

namespace Aspire.StackExchange.Redis;

/// <summary>What a registered Redis client was made from, for further registrations on top of it.</summary>
/// <param name="hostBuilder">The host.</param>
/// <param name="settings">The settings as they were used.</param>
/// <param name="serviceKey">Key of the registered services; null when not keyed.</param>
public sealed class AspireRedisClientBuilder(IHostApplicationBuilder hostBuilder, StackExchangeRedisSettings settings, string? serviceKey)
{
    /// <summary>The host.</summary>
    public IHostApplicationBuilder HostBuilder { get; } = hostBuilder;

    /// <summary>The settings as they were used.</summary>
    public StackExchangeRedisSettings Settings { get; } = settings;

    /// <summary>Key of the registered services; null when not keyed.</summary>
    public string? ServiceKey { get; } = serviceKey;
}
