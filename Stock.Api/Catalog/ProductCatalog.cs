using System.Text.Json;
using Stock.Api.Items;
using Stock.Api.Scripting;
using StackExchange.Redis;

namespace Stock.Api.Catalog;

/// <summary>Products in Redis: hash <c>products</c>, with an item's id for each description as JSON. Price and stock are the item's own.</summary>
internal sealed class ProductCatalog(RedisScripts redis, ItemStore items)
{
    private static readonly string SeedScript = RedisScripts.Load("seed");

    /// <summary>All products, in their order.</summary>
    public async Task<List<(string Id, Product Product, Item Item)>> ReadAsync()
    {
        var entries = await redis.Database.HashGetAllAsync("products").WaitAsync(RedisScripts.CommandTimeMax);
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
    public async Task<long> SeedAsync() => (long)await redis.RunAsync(SeedScript, [.. SeededProduct.All.SelectMany(static seeded => new RedisValue[]
    {
        seeded.Item, seeded.Price, seeded.Stock, JsonSerializer.Serialize(seeded.Product, StockJson.Default.Product),
    })]);
}
