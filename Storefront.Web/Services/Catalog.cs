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

    /// <summary>The products for sale, in display order.</summary>
    /// <exception cref="HttpRequestException">Stock.Api is not responding.</exception>
    public async Task<Product[]> ReadAsync() => Array.FindAll(await ReadAllAsync(), static product => product.State == Product.Active);

    /// <summary>All products, hidden ones too.</summary>
    /// <exception cref="HttpRequestException">Stock.Api is not responding.</exception>
    public Task<Product[]> ReadAllAsync()
    {
        lock (_gate)
        {
            // A failed read is not cached; a running one is shared by all callers.
            if (_read is null || (_read.IsCompleted && (!_read.IsCompletedSuccessfully || time.GetElapsedTime(_readAt) > Age)))
                (_read, _readAt) = (ReadNowAsync(), time.GetTimestamp());
            return _read;
        }
    }

    /// <summary>All products as they are now: for operators, who see their own changes.</summary>
    /// <exception cref="HttpRequestException">Stock.Api is not responding.</exception>
    public async Task<Product[]> ReadNowAsync() =>
        (await clients.CreateClient(Service).FindAsync<CatalogAnswer>("/internal/catalog", CancellationToken.None))?.Products ?? [];

    /// <summary>Makes the next read ask Stock.Api, after a service said that the catalog has changed.</summary>
    public void Expire()
    {
        lock (_gate) _read = null;
    }

    /// <summary>The product for an item; null if it is not for sale.</summary>
    public async Task<Product?> FindAsync(string? item) => Array.Find(await ReadAsync(), product => product.ItemId == item);

    /// <summary>The product with this name, ignoring case; null if there is none for sale.</summary>
    public async Task<Product?> FindByNameAsync(string? name) =>
        Array.Find(await ReadAsync(), product => product.Name.Equals(name?.Trim(), StringComparison.OrdinalIgnoreCase));

    /// <summary>Lines with their products. Lines whose product is not for sale are left out.</summary>
    public async Task<IReadOnlyList<(Product Product, long Quantity)>> LinesAsync(IEnumerable<OrderedItem> lines)
    {
        var products = await ReadAsync();
        return [.. from line in lines join product in products on line.Item equals product.ItemId select (product, line.Quantity)];
    }

    /// <summary>The names of items, whether they are for sale, hidden or deleted. Items that never were products have none.</summary>
    public async Task<IReadOnlyDictionary<string, string>> NamesAsync(IEnumerable<string> items)
    {
        var products = await ReadAllAsync();
        var names = products.ToDictionary(static product => product.ItemId, static product => product.Name);
        string[] missing = [.. items.Where(item => !names.ContainsKey(item)).Distinct()];
        if (missing.Length == 0) return names;
        var (answer, _) = await clients.CreateClient(Service).PostAsync<DeletedNames>("/internal/catalog/names", null, new NamesRequest(missing),
            CancellationToken.None);
        foreach (var (item, name) in missing.Zip(answer?.Names ?? []))
        {
            if (name is not null) names.Add(item, name);
        }

        return names;
    }

    private sealed record CatalogAnswer(Product[] Products);

    private sealed record NamesRequest(string[] Items);

    private sealed record DeletedNames(string?[] Names);
}
