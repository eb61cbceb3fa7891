using System.Text.Json;
using Stock.Api.Items;
using Stock.Api.Scripting;
using StackExchange.Redis;

namespace Stock.Api.Catalog;

/// <summary>Products in Redis: hash <c>products</c>, with an item's id for each description as JSON. Price and stock are the item's own.</summary>
internal sealed class ProductCatalog(RedisScripts redis, ItemStore items)
{
    // About 10 ms of Redis's time.
    private const long PageKeys = 5_000;

    private static readonly string SeedScript = RedisScripts.Load("seed");
    private static readonly string ClearScript = RedisScripts.Load("clear");

    /// <summary>All products, in their order.</summary>
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

    /// <summary>Puts the first products in, where they are not there yet.</summary>
    /// <returns>How many products there are.</returns>
    public Task<long> SeedAsync() => SeedAsync("keep");

    /// <summary>The same, and adds pieces to each first product of which there are fewer in stock than at first.</summary>
    /// <returns>How many products there are.</returns>
    public Task<long> FillAsync() => SeedAsync("fill");

    /// <summary>
    /// Takes all items and products away, with the answers that are kept for idempotency keys, and puts the first products in. Only for a shop in which no
    /// checkout is under way: what is held is forgotten.
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
