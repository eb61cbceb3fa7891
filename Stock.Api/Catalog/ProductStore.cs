using System.Globalization;
using System.Text.Json;
using ServiceKit.Idempotency;
using StackExchange.Redis;
using Stock.Api.Scripting;

namespace Stock.Api.Catalog;

/// <summary>
/// Changes products, each in one atomic script that also changes the item's price and stock. The hash <c>products:names</c> maps names in capitals to items,
/// and <c>products:deleted</c> has the names of deleted products. A picture is in the hash
/// <c>f:ID</c>: <c>b</c> bytes, <c>c</c> media type, <c>r</c> revision. <c>pictures:bytes</c> is the size of all.
/// </summary>
internal sealed class ProductStore(RedisScripts redis, ProductCatalog catalog, TimeProvider time)
{
    /// <summary>Maximum number of products, and of names of deleted ones.</summary>
    public const int CountMax = 1_000, DeletedMax = 100_000;

    /// <summary>Maximum size of all uploaded pictures together, in bytes: Redis keeps them in memory.</summary>
    public const long PicturesBytesMax = 128 * 1024 * 1024;

    // Each attempt fails only if another change succeeded meanwhile.
    private const int AttemptsMax = 10;

    private static readonly string CreateScript = RedisScripts.Load("product_create");
    private static readonly string SaveScript = RedisScripts.Load("product_save");
    private static readonly string DeleteScript = RedisScripts.Load("product_delete");

    /// <summary>Creates a product, once per key.</summary>
    /// <param name="change">All fields, except that a missing stock is 0.</param>
    /// <param name="key">The idempotency key, if any.</param>
    public async Task<(ProductOutcome Outcome, StockedProduct? Product)> CreateAsync(ProductChange change, IdempotencyKey? key)
    {
        var id = (key?.Id ?? Guid.CreateVersion7()).ToString(); // derived from the key, so that a retry gets the same ID
        var product = new Product(change.Name!, change.Description!, Product.NoPicture, time.GetUtcNow().ToUnixTimeMilliseconds(), change.State!.Value);
        var (price, stock) = (change.Price!.Value, change.Stock ?? 0);
        var request = $"product {IdempotencyKey.Digest(JsonSerializer.SerializeToElement(change, StockJson.Default.ProductChange))}";
        var outcome = await RunAsync(CreateScript, [
            key?.Id.ToString("N") ?? "", request, id, Text(product), Product.IndexOf(product.Name), price, stock, Hidden(product), CountMax, DeletedMax]);
        return (outcome, outcome == ProductOutcome.Done ? new(id, product, new(stock, price, 0, stock)) : null);
    }

    /// <summary>Changes fields of a product.</summary>
    /// <param name="id">The product's ID.</param>
    /// <param name="revision">The revision that it must have; null for any.</param>
    /// <param name="change">The fields.</param>
    public Task<(ProductOutcome Outcome, StockedProduct? Product)> ChangeAsync(string id, long? revision, ProductChange change) =>
        SaveAsync(id, revision, change, static product => product, "", "");

    /// <summary>Sets a product's picture.</summary>
    public Task<(ProductOutcome Outcome, StockedProduct? Product)> SetPictureAsync(string id, long? revision, Picture picture) =>
        SaveAsync(id, revision, new(), static product => product with { PictureRevision = product.Revision }, picture.Bytes, picture.MediaType);

    /// <summary>Removes a product's picture.</summary>
    public Task<(ProductOutcome Outcome, StockedProduct? Product)> RemovePictureAsync(string id, long? revision) =>
        SaveAsync(id, revision, new(), static product => product with { PictureRevision = 0, Picture = Product.NoPicture }, "-", "");

    /// <summary>Deletes a product for good.</summary>
    /// <param name="id">The product's ID.</param>
    /// <param name="revision">The revision that it must have; null for any.</param>
    public async Task<ProductOutcome> DeleteAsync(string id, long? revision)
    {
        var (outcome, _) = await ChangeAsync(id, revision, async before =>
            (await RunAsync(DeleteScript, [id, before.Product.Revision, before.Product.Name, Product.IndexOf(before.Product.Name)]), null));
        return outcome;
    }

    private Task<(ProductOutcome, StockedProduct?)> SaveAsync(
        string id, long? revision, ProductChange change, Func<Product, Product> finish, RedisValue picture, string mediaType) =>
        ChangeAsync(id, revision, async before =>
        {
            var product = before.Product;
            var after = finish(product with
            {
                Name = change.Name ?? product.Name,
                Description = change.Description ?? product.Description,
                State = change.State ?? product.State,
                Revision = product.Revision + 1,
            });
            var outcome = await RunAsync(SaveScript, [
                id, product.Revision, Text(after), Product.IndexOf(product.Name), Product.IndexOf(after.Name), Optional(change.Price), Optional(change.Stock),
                Hidden(after), picture, mediaType, PicturesBytesMax]);
            return (outcome, before with
            {
                Product = after,
                Item = before.Item with { Price = change.Price ?? before.Item.Price, Available = change.Stock ?? before.Item.Available },
            });
        });

    // Reads the product and makes the change if it still has the revision that was read. Without a wanted revision, retries with the new one.
    private async Task<(ProductOutcome, StockedProduct?)> ChangeAsync(
        string id, long? revision, Func<StockedProduct, Task<(ProductOutcome Outcome, StockedProduct? Product)>> changeAsync)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            if (await catalog.FindConfirmedAsync(id) is not { } before) return (ProductOutcome.UnknownProduct, null);
            if (revision is { } wanted && before.Product.Revision != wanted) break;
            var (outcome, after) = await changeAsync(before);
            if (outcome == ProductOutcome.Done) return (outcome, after);
            if (outcome != ProductOutcome.OtherRevision) return (outcome, null);
        }

        return (ProductOutcome.OtherRevision, null);
    }

    private async Task<ProductOutcome> RunAsync(string script, RedisValue[] arguments) => (string?)await redis.WriteAsync(script, arguments) switch
    {
        "D" => ProductOutcome.Done,
        "U" => ProductOutcome.UnknownProduct,
        "M" => ProductOutcome.OtherRevision,
        "N" => ProductOutcome.NameTaken,
        "F" => script == CreateScript ? ProductOutcome.TooManyProducts : ProductOutcome.TooManyPictures,
        "V" => ProductOutcome.Overflow,
        "K" => ProductOutcome.KeyReused,
        var reply => throw new InvalidDataException($"A script of products returned the unknown reply '{reply}'."),
    };

    private static string Text(Product product) => JsonSerializer.Serialize(product, StockJson.Default.Product);

    private static RedisValue Hidden(Product product) => product.State == ProductState.Hidden ? "1" : "0";

    private static RedisValue Optional(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";
}
