namespace Storefront.Web.Services;

/// <summary>Stock.Api's catalog, read at most once a second for all visitors. Orders do not rely on it: Order.Api reads prices itself.</summary>
internal sealed class Catalog(IHttpClientFactory clients, TimeProvider time)
{
    /// <summary>Name of the service and its HTTP client.</summary>
    public const string Service = "stock-api";

    private static readonly TimeSpan Age = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task<Product[]>? _read;
    private long _readAt;

    /// <summary>All products, in display order.</summary>
    /// <exception cref="HttpRequestException">Stock.Api is not responding.</exception>
    public Task<Product[]> ReadAsync()
    {
        lock (_gate)
        {
            // A failed read is not cached; a running one is shared by all callers.
            if (_read is null || (_read.IsCompleted && (!_read.IsCompletedSuccessfully || time.GetElapsedTime(_readAt) > Age)))
                (_read, _readAt) = (ReadNowAsync(), time.GetTimestamp());
            return _read;
        }
    }

    /// <summary>Makes the next read ask Stock.Api, after a service said that the catalog has changed.</summary>
    public void Expire()
    {
        lock (_gate) _read = null;
    }

    /// <summary>The product for an item; null if there is none.</summary>
    public async Task<Product?> FindAsync(string? item) => Array.Find(await ReadAsync(), product => product.ItemId == item);

    /// <summary>The product with this name, ignoring case; null if there is none.</summary>
    public async Task<Product?> FindByNameAsync(string? name) =>
        Array.Find(await ReadAsync(), product => product.Name.Equals(name?.Trim(), StringComparison.OrdinalIgnoreCase));

    /// <summary>Lines with their products. Lines without a product are left out.</summary>
    public async Task<IReadOnlyList<(Product Product, long Quantity)>> LinesAsync(IEnumerable<OrderedItem> lines)
    {
        var products = await ReadAsync();
        return [.. from line in lines join product in products on line.Item equals product.ItemId select (product, line.Quantity)];
    }

    private async Task<Product[]> ReadNowAsync() =>
        (await clients.CreateClient(Service).FindAsync<CatalogAnswer>("/internal/catalog", CancellationToken.None))?.Products ?? [];

    private sealed record CatalogAnswer(Product[] Products);
}
