using Microsoft.Extensions.Caching.Memory;
using StackExchange.Redis;
using Stock.Api.Scripting;

namespace Stock.Api.Catalog;

/// <summary>Reads uploaded pictures. Those read recently stay in memory, so that visitors do not load the Redis that checkouts use.</summary>
internal sealed class ProductPictures(RedisScripts redis) : IDisposable
{
    private const long CacheBytesMax = 32 * 1024 * 1024;

    private static readonly RedisValue[] Fields = ["b", "c", "r"];

    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = CacheBytesMax });

    /// <summary>Returns a product's picture and the revision that uploaded it; null if it has none of its own.</summary>
    public async Task<(Picture Picture, long Revision)?> FindAsync(string id)
    {
        var current = await redis.Database.HashGetAsync("f:" + id, "r");
        if (current.IsNull) return null;
        if (_cache.TryGetValue((id, (long)current), out Picture? cached)) return (cached!, (long)current);
        if (await redis.Database.HashGetAsync("f:" + id, Fields) is not [{ IsNull: false } bytes, var type, var revision]) return null;
        var picture = new Picture(type!, bytes!);
        _cache.Set((id, (long)revision), picture, new MemoryCacheEntryOptions { Size = picture.Bytes.Length });
        return (picture, (long)revision);
    }

    public void Dispose() => _cache.Dispose();
}
