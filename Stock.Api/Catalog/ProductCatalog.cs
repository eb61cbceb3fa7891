using System.Text.Json;
using Stock.Api.Items;
using Stock.Api.Scripting;
using StackExchange.Redis;

namespace Stock.Api.Catalog;

/// <summary>Stores products in Redis. The hash <c>products</c> maps item IDs to descriptions as JSON. Price and stock belong to the item.</summary>
internal sealed class ProductCatalog(RedisScripts redis, ItemStore items)
{
    // Takes Redis about 10 ms.
    private const long PageKeys = 5_000;

    private static readonly string SeedScript = RedisScripts.Load("seed");
    private static readonly string ClearScript = RedisScripts.Load("clear");

    /// <summary>Returns all products in display order.</summary>
    public async Task<List<(string Id, Product Product, Item Item)>> ReadAsync()
    {
        var entries = await redis.Database.HashGetAllAsync("products");
        var found = await Task.WhenAll(Array.ConvertAll(entries, entry => items.FindAsync(entry.Name!)));
        var products = new List<(string Id, Product Product, Item Item)>(entries.Length);
        for (var i = 0; i < entries.Length; i++)
        {
            if (found[i] is { } item) products.Add((entries[i].Name!, JsonSerializer.Deserialize((string)entries[i].Value!, StockJson.Default.Product)!, item));
        }

        products.Sort(static (one, other) => one.Product.Place.CompareTo(other.Product.Place));
        return products;
    }

    /// <summary>Adds the initial products that do not exist yet.</summary>
    /// <returns>The number of products in the catalog.</returns>
    public Task<long> SeedAsync() => SeedAsync("keep");

    /// <summary>Like <see cref="SeedAsync()"/>, and also restocks initial products to at least their initial stock.</summary>
    /// <returns>The number of products in the catalog.</returns>
    public Task<long> FillAsync() => SeedAsync("fill");

    /// <summary>
    /// Deletes all items, products and stored idempotency outcomes, and adds the initial products. Call it only while no checkout is open, because held stock
    /// is forgotten.
    /// </summary>
    public async Task ResetAsync()
    {
        RedisValue cursor = "0";
        do cursor = (RedisValue)await redis.RunAsync(ClearScript, [cursor, PageKeys]);
        while (cursor != "0");
        await SeedAsync("replace");
    }

    private async Task<long> SeedAsync(string mode) => (long)await redis.RunAsync(SeedScript, [mode, .. SeededProduct.All.SelectMany(static seeded =>
        new RedisValue[] { seeded.Item, seeded.Price, seeded.Stock, JsonSerializer.Serialize(seeded.Product, StockJson.Default.Product) })]);
}
