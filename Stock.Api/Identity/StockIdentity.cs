using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;
using Stock.Api.Scripting;

namespace Stock.Api.Identity;

/// <summary>
/// Distinguishes the stock in this Redis from any other and from an empty Redis, by the key <c>identity</c>: a UUID created with the stock. A Redis that
/// restarts without its file has no identity, and all writes are then refused. Order.Api also stores the identity and sends it with every request. So if a
/// restarted service creates a new stock in such a Redis, that stock sells nothing either.
/// </summary>
internal sealed class StockIdentity(RedisScripts redis) : IHealthCheck
{
    private const string Key = "identity";

    private static readonly string Script = RedisScripts.Load("identity");

    /// <summary>Creates the identity if there is none. Call it only at startup: a running service already had one.</summary>
    public Task EnsureAsync() =>
        redis.WriteAsync(Script, [Guid.CreateVersion7().ToString()]);

    /// <summary>Returns the identity, or null if Redis has lost it. No failover can revoke it, so orders may be tied to it.</summary>
    public async Task<Guid?> FindAsync() => Parse((RedisValue)await redis.WriteAsync(Script, []));

    /// <summary>Checks that Redis has not lost the stock. Call it before reporting something as not found.</summary>
    /// <exception cref="LostStockException">Redis has lost the stock.</exception>
    public async Task RequireAsync()
    {
        if (Parse(await redis.Database.StringGetAsync(Key, CommandFlags.DemandMaster)) is null) throw new LostStockException();
    }

    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await RequireAsync();
        return HealthCheckResult.Healthy();
    }

    private static Guid? Parse(RedisValue identity) => (string?)identity is { } id ? Guid.Parse(id) : null;
}
