using Microsoft.Extensions.Diagnostics.HealthChecks;
using Stock.Api.Scripting;
using StackExchange.Redis;

namespace Stock.Api.Identity;

/// <summary>
/// Tells the stock in this Redis from any other, and above all from none: key <c>identity</c>, a UUID from when the stock was new. A Redis that comes back
/// without its file has no identity, and whatever writes refuses then. Order.Api keeps the identity too, and names it in all it asks for: so the stock that a
/// service makes anew in such a Redis, at its next start, sells nothing either.
/// </summary>
internal sealed class StockIdentity(RedisScripts redis) : IHealthCheck
{
    private const string Key = "identity";

    /// <summary>Gives a stock that has no identity one. Only at start: a running service has seen one.</summary>
    public Task EnsureAsync() =>
        redis.Database.StringSetAsync(Key, Guid.CreateVersion7().ToString(), when: When.NotExists);

    /// <summary>The identity; null where Redis has lost it.</summary>
    public async Task<Guid?> FindAsync() =>
        (string?)await redis.Database.StringGetAsync(Key) is { } id ? Guid.Parse(id) : null;

    /// <summary>To be asked before something counts as not there: where Redis has lost the stock, that is not known.</summary>
    /// <exception cref="LostStockException">It has.</exception>
    public async Task RequireAsync()
    {
        if (await FindAsync() is null) throw new LostStockException();
    }

    /// <inheritdoc />
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await RequireAsync();
        return HealthCheckResult.Healthy();
    }
}
