namespace Storefront.Web.Services;

/// <summary>The catalog of Stock.Api, read once a second at most, whatever the number of visitors. The checkout does not go by it.</summary>
internal sealed class Catalog(IHttpClientFactory clients, TimeProvider time)
{
    /// <summary>Name of the HTTP client.</summary>
    public const string Service = "stock-api";

    private static readonly TimeSpan Age = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task<Product[]>? _read;
    private long _readAt;

    /// <summary>All products, in their order.</summary>
    /// <exception cref="HttpRequestException">Stock.Api does not answer.</exception>
    public Task<Product[]> ReadAsync()
    {
        lock (_gate)
        {
            // One that failed is not given out twice; one that runs is waited for by all.
            if (_read is null || (_read.IsCompleted && (!_read.IsCompletedSuccessfully || time.GetElapsedTime(_readAt) > Age)))
                (_read, _readAt) = (ReadNowAsync(), time.GetTimestamp());
            return _read;
        }
    }

    /// <summary>The product of an item; null where there is none.</summary>
    public async Task<Product?> FindAsync(string? item) => Array.Find(await ReadAsync(), product => product.ItemId == item);

    /// <summary>The product of that name, whatever its case; null where there is none.</summary>
    public async Task<Product?> FindByNameAsync(string? name) =>
        Array.Find(await ReadAsync(), product => product.Name.Equals(name?.Trim(), StringComparison.OrdinalIgnoreCase));

    /// <summary>Lines with their products; those of which there is no product are left out.</summary>
    public async Task<IReadOnlyList<(Product Product, long Quantity)>> LinesAsync(IEnumerable<OrderedItem> lines)
    {
        var products = await ReadAsync();
        return [.. from line in lines join product in products on line.Item equals product.ItemId select (product, line.Quantity)];
    }

    private async Task<Product[]> ReadNowAsync() =>
        (await clients.CreateClient(Service).FindAsync<CatalogAnswer>("/internal/catalog", CancellationToken.None))?.Products ?? [];

    private sealed record CatalogAnswer(Product[] Products);
}
