using System.Diagnostics.Metrics;
using System.Text.Json;
using ServiceDefaults;
using ServiceKit.Batching;
using StackExchange.Redis;
using Stock.Api.Items;
using Stock.Api.Scripting;

namespace Stock.Api.Catalog;

/// <summary>
/// Reads products, and adds the initial ones. The hash <c>products</c> maps item IDs to descriptions as JSON. Price and stock belong to the item.
/// </summary>
internal sealed class ProductCatalog
{
    // Takes Redis about 10 ms.
    private const long PageKeys = 5_000;

    // Fields of a product in a reply.
    private const int ReplyFields = 6;

    private static readonly string ReadScript = RedisScripts.Load("products");
    private static readonly string SeedScript = RedisScripts.Load("seed");
    private static readonly string ClearScript = RedisScripts.Load("clear");

    private readonly RedisScripts _redis;
    private readonly GroupCommit<bool, List<StockedProduct>> _reads;

    public ProductCatalog(RedisScripts redis, IMeterFactory meters)
    {
        _redis = redis;
        _reads = new(new("catalog-reads"), meters, ReadAsync);
    }

    /// <summary>Returns all products in display order. Concurrent calls share a read that begins after each of them.</summary>
    /// <exception cref="OverloadException">Too many callers are waiting.</exception>
    public async Task<IReadOnlyList<StockedProduct>> ReadAsync() => await _reads.AddAsync(true);

    /// <summary>Returns the product, or null if not found.</summary>
    public async Task<StockedProduct?> FindAsync(string id) => Parse(await _redis.ReadAsync(ReadScript, [id])).SingleOrDefault();

    /// <summary>Like <see cref="FindAsync"/>, but returns nothing that a failover could revoke. A change may be rejected because of it.</summary>
    public async Task<StockedProduct?> FindConfirmedAsync(string id) => Parse(await _redis.WriteAsync(ReadScript, [id])).SingleOrDefault();

    /// <summary>Returns the names of deleted products; null for items that are not deleted products.</summary>
    public async Task<string?[]> DeletedNamesAsync(string[] items) =>
        Array.ConvertAll(await _redis.Database.HashGetAsync("products:deleted", Array.ConvertAll(items, static item => (RedisValue)item)),
            static name => (string?)name);

    /// <summary>Adds the initial products that do not exist yet.</summary>
    /// <returns>The number of products in the catalog.</returns>
    public Task<long> SeedAsync() => SeedAsync("keep");

    /// <summary>Like <see cref="SeedAsync()"/>, and also restocks initial products to at least their initial stock. Deleted products stay deleted.</summary>
    /// <returns>The number of products in the catalog.</returns>
    public Task<long> FillAsync() => SeedAsync("fill");

    /// <summary>
    /// Deletes all items, products, pictures and stored idempotency outcomes, and adds the initial products. Call it only while no checkout is open, because
    /// held stock is forgotten.
    /// </summary>
    public async Task ResetAsync()
    {
        RedisValue cursor = "0";
        do cursor = (RedisValue)await _redis.WriteAsync(ClearScript, [cursor, PageKeys]);
        while (cursor != "0");
        await SeedAsync("replace");
    }

    private async Task<List<StockedProduct>[]> ReadAsync(IReadOnlyList<bool> callers)
    {
        var products = Parse(await _redis.ReadAsync(ReadScript, []));
        products.Sort(static (one, other) => one.Product.Place != other.Product.Place
            ? one.Product.Place.CompareTo(other.Product.Place) : string.CompareOrdinal(one.Id, other.Id));
        var results = new List<StockedProduct>[callers.Count];
        Array.Fill(results, products);
        return results;
    }

    private static List<StockedProduct> Parse(RedisResult result)
    {
        var reply = (RedisValue[])result!;
        var products = new List<StockedProduct>(reply.Length / ReplyFields);
        for (var i = 0; i < reply.Length; i += ReplyFields)
        {
            products.Add(new(reply[i]!, JsonSerializer.Deserialize((string)reply[i + 1]!, StockJson.Default.Product)!,
                new((long)reply[i + 2], (long)reply[i + 3], (long)reply[i + 4], (long)reply[i + 5])));
        }

        return products;
    }

    private async Task<long> SeedAsync(string mode) => (long)await _redis.WriteAsync(SeedScript, [mode, .. SeededProduct.All.SelectMany(static seeded =>
        new RedisValue[]
        {
            seeded.Item, seeded.Price, seeded.Stock, JsonSerializer.Serialize(seeded.Product, StockJson.Default.Product), Product.IndexOf(seeded.Product.Name),
        })]);
}
