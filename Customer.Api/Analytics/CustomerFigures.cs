using System.Globalization;
using Customer.Api.Customers;
using MongoDB.Bson;
using ServiceDefaults;

namespace Customer.Api.Analytics;

/// <summary>Aggregates customers one by one. No I/O; memory does not grow with the number of customers.</summary>
internal sealed class CustomerFigures
{
    public const int TopMax = 10, ProductsShown = 100;

    /// <summary>Maximum number of distinct products, countries or months. All further ones are counted together under <see cref="Others"/>.</summary>
    public const int GroupsMax = 10_000;

    public const string Others = "(others)", Unknown = "(unknown)";

    private readonly Dictionary<string, long> _statuses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _countries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _months = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ProductFigures> _products = new(StringComparer.Ordinal);
    private readonly PriorityQueue<BsonDocument, long> _top = new();
    private readonly AmountHistogram _amounts = new();
    private long _customers, _buyers, _revenue, _units;

    private sealed class ProductFigures
    {
        public long Purchases, Units, Revenue;
    }

    /// <summary>
    /// The fields that <see cref="Add"/> needs. Purchases are read whole, because projecting their fields costs the engine more than sending them.
    /// </summary>
    public static BsonDocument Projection => new()
    {
        { Fields.Name, 1 }, { Fields.Status, 1 }, { Fields.Country, 1 }, { Fields.CreatedAt, 1 }, { Fields.Purchases, 1 },
    };

    /// <summary>Adds a customer. Values that another program stored in a different format count as unknown or are ignored.</summary>
    public void Add(BsonDocument customer)
    {
        _customers++;
        Count(_statuses, Key(customer, Fields.Status));
        Count(_countries, Key(customer, Fields.Country));
        Count(_months, Month(customer.GetValue(Fields.CreatedAt, BsonNull.Value)));
        if (customer.GetValue(Fields.Purchases, BsonNull.Value) is not BsonArray { Count: > 0 } purchases) return;
        var spent = 0L;
        for (var i = 0; i < purchases.Count; i++)
        {
            if (purchases[i] is not BsonDocument purchase || Whole(purchase, Fields.Quantity) is not { } quantity
                || Whole(purchase, Fields.Price) is not { } price)
                continue;
            var amount = Sum(0, (Int128)quantity * price);
            _amounts.Record(amount);
            (spent, _revenue, _units) = (Sum(spent, amount), Sum(_revenue, amount), Sum(_units, quantity));
            var product = Of(_products, Text(purchase, Fields.Product));
            (product.Purchases, product.Units, product.Revenue) = (product.Purchases + 1, Sum(product.Units, quantity), Sum(product.Revenue, amount));
        }

        _buyers++;
        Rank(customer, spent, purchases.Count);
    }

    /// <summary>Returns the response of <c>/customers/analytics/summary</c>.</summary>
    public BsonDocument Summary()
    {
        var (months, total) = (new BsonArray(), 0L);
        foreach (var (month, count) in _months.OrderBy(static month => month.Key, StringComparer.Ordinal))
            months.Add(new BsonDocument { { "month", month }, { "new_customers", count }, { "total_customers", total += count } });
        return new()
        {
            { "total_customers", _customers }, { "customers_with_purchases", _buyers }, { "total_purchases", _amounts.Count }, { "total_revenue", _revenue },
            { "by_status", Counts(_statuses) }, { "by_country", Counts(_countries) }, { "growth_by_month", months },
        };
    }

    /// <summary>Returns the response of <c>/customers/analytics/purchases</c>.</summary>
    public BsonDocument Purchases()
    {
        var percentiles = new BsonDocument();
        foreach (var percent in (int[])[50, 75, 90, 95, 99])
            percentiles.Add(string.Create(CultureInfo.InvariantCulture, $"p{percent}"), _amounts.Percentile(percent / 100.0));
        var products = _products.OrderByDescending(static product => product.Value.Revenue).ThenBy(static product => product.Key, StringComparer.Ordinal)
            .Take(ProductsShown).Select(static product => new BsonDocument
            {
                { Fields.Product, product.Key }, { "purchases", product.Value.Purchases }, { "units", product.Value.Units },
                { "revenue", product.Value.Revenue },
            });
        var top = _top.UnorderedItems.OrderByDescending(static item => item.Priority)
            .ThenBy(static item => item.Element[Fields.CustomerId].AsString, StringComparer.Ordinal).Select(static item => item.Element);
        return new()
        {
            { "count", _amounts.Count }, { "units", _units }, { "sum", _revenue }, { "average", Math.Round((double)_revenue / Math.Max(_amounts.Count, 1), 2) },
            { "min", _amounts.Min }, { "max", _amounts.Max }, { "percentiles", percentiles }, { "percentile_error_percent", 0.8 },
            { "top_customers", new BsonArray(top) }, { "products", _products.Count }, { "by_product", new BsonArray(products) },
        };
    }

    private void Rank(BsonDocument customer, long spent, int purchases)
    {
        if (_top.Count == TopMax && _top.TryPeek(out _, out var least) && spent <= least) return;
        if (_top.Count == TopMax) _top.Dequeue();
        _top.Enqueue(new()
        {
            { Fields.CustomerId, customer[Fields.Id].ToString() ?? Unknown }, { Fields.Name, Text(customer, Fields.Name) },
            { Fields.TotalSpent, spent }, { Fields.PurchaseCount, purchases },
        }, spent);
    }

    private static BsonDocument Counts(Dictionary<string, long> groups) =>
        new(groups.OrderByDescending(static group => group.Value).ThenBy(static group => group.Key, StringComparer.Ordinal)
            .Select(static group => new BsonElement(group.Key, group.Value)));

    private static void Count(Dictionary<string, long> groups, string key)
    {
        if (groups.Count >= GroupsMax && !groups.ContainsKey(key)) key = Others;
        System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(groups, key, out _)++;
    }

    private static ProductFigures Of(Dictionary<string, ProductFigures> groups, string key)
    {
        if (groups.TryGetValue(key, out var found)) return found;
        if (groups.Count >= GroupsMax) key = Others;
        if (!groups.TryGetValue(key, out found)) groups.Add(key, found = new());
        return found;
    }

    private static string Month(BsonValue created) => created is BsonDateTime { IsValidDateTime: true }
        ? created.ToUniversalTime().ToString("yyyy-MM", CultureInfo.InvariantCulture) : Unknown;

    private static string Text(BsonDocument document, string name) =>
        document.GetValue(name, BsonNull.Value) is BsonString { Value.Length: > 0 } text ? text.Value : Unknown;

    // The text becomes a field name in a document, so it must be a valid one.
    private static string Key(BsonDocument document, string name) => Text(document, name) is var text && PathValues.IsId(text) ? text : Unknown;

    private static long? Whole(BsonDocument document, string name) => document.GetValue(name, BsonNull.Value) switch
    {
        BsonInt64 number => number.Value,
        BsonInt32 number => number.Value,
        BsonDouble { Value: > -1e15 and < 1e15 } number => (long)number.Value,
        _ => null,
    };

    // Saturates at the limits of 64 bits instead of overflowing.
    private static long Sum(long sum, Int128 amount) => (long)Int128.Clamp(sum + amount, long.MinValue, long.MaxValue);
}
