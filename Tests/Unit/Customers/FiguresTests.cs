extern alias CustomerApi;
using CustomerApi::Customer.Api.Analytics;
using MongoDB.Bson;

namespace Tests.Unit.Customers;

[Trait("Category", "Unit")]
public sealed class FiguresTests
{
    [Fact]
    public void Customers_add_up()
    {
        var figures = new CustomerFigures();
        figures.Add(Customer("a", "active", "DE", 2025, 12, ("Chair", 2, 50), ("Table", 1, 300)));
        figures.Add(Customer("b", "active", "NL", 2026, 1, ("Chair", 1, 40)));
        figures.Add(Customer("c", "inactive", "DE", 2026, 1));
        var (summary, purchases) = (figures.Summary(), figures.Purchases());

        Assert.Equal((3, 2, 3, 440), (summary["total_customers"].AsInt64, summary["customers_with_purchases"].AsInt64, summary["total_purchases"].AsInt64,
            summary["total_revenue"].AsInt64));
        Assert.Equal(new BsonDocument { { "active", 2L }, { "inactive", 1L } }, summary["by_status"]);
        Assert.Equal(new BsonDocument { { "DE", 2L }, { "NL", 1L } }, summary["by_country"]);
        Assert.Equal(new BsonDocument { { "month", "2026-01" }, { "new_customers", 2L }, { "total_customers", 3L } }, summary["growth_by_month"][1]);

        Assert.Equal((3, 4, 440, 40, 300), (purchases["count"].AsInt64, purchases["units"].AsInt64, purchases["sum"].AsInt64, purchases["min"].AsInt64,
            purchases["max"].AsInt64));
        Assert.Equal(146.67, purchases["average"].AsDouble);
        Assert.Equal((100, 300), (purchases["percentiles"]["p50"].AsInt64, purchases["percentiles"]["p99"].AsInt64));
        Assert.Equal(["a", "b"], purchases["top_customers"].AsBsonArray.Select(top => top["customer_id"].AsString));
        Assert.Equal(("Table", 300), (purchases["by_product"][0]["product"].AsString, purchases["by_product"][0]["revenue"].AsInt64));
        Assert.Equal((2, 3, 140), (purchases["by_product"][1]["purchases"].AsInt64, purchases["by_product"][1]["units"].AsInt64,
            purchases["by_product"][1]["revenue"].AsInt64));
    }

    [Fact]
    public void Only_the_ten_top_customers_are_kept()
    {
        var figures = new CustomerFigures();
        foreach (var i in Enumerable.Range(0, 500)) figures.Add(Customer($"c{i:000}", "active", "DE", 2026, 1, ("P", 1, 1 + (i * 7919 % 500))));
        Assert.Equal(Enumerable.Range(491, 10).Reverse(), figures.Purchases()["top_customers"].AsBsonArray.Select(top => (int)top["total_spent"].AsInt64));
    }

    [Fact]
    public void An_empty_collection_has_figures_too()
    {
        var figures = new CustomerFigures();
        Assert.Equal(0, figures.Summary()["total_customers"].AsInt64);
        Assert.Equal((0, 0, 0, 0.0), (figures.Purchases()["sum"].AsInt64, figures.Purchases()["min"].AsInt64, figures.Purchases()["percentiles"]["p99"].AsInt64,
            figures.Purchases()["average"].AsDouble));
    }

    [Fact]
    public void Documents_in_another_format_do_no_harm()
    {
        var figures = new CustomerFigures();
        figures.Add(new BsonDocument { { "_id", 7 }, { "status", 1 }, { "country", "a.$b\0" }, { "created_at", "2026" }, { "purchases", "none" } });
        figures.Add(new BsonDocument
        {
            { "_id", ObjectId.GenerateNewId() },
            {
                "purchases",
                new BsonArray { 1, new BsonDocument("quantity", 1), new BsonDocument { { "quantity", long.MaxValue }, { "price", long.MaxValue } } }
            },
        });
        Assert.Equal(new BsonDocument("(unknown)", 2L), figures.Summary()["by_country"]);
        Assert.Equal(long.MaxValue, figures.Purchases()["sum"].AsInt64);
    }

    [Fact]
    public void Products_beyond_the_limit_count_together()
    {
        var figures = new CustomerFigures();
        foreach (var i in Enumerable.Range(0, CustomerFigures.GroupsMax + 50)) figures.Add(Customer($"c{i}", "active", "DE", 2026, 1, ($"P{i}", 1, 1)));
        Assert.Equal(CustomerFigures.GroupsMax + 1, figures.Purchases()["products"].AsInt32);
        Assert.Equal(("(others)", 50), (figures.Purchases()["by_product"][0]["product"].AsString, figures.Purchases()["by_product"][0]["units"].AsInt64));
    }

    [Fact]
    public void Percentiles_are_right_to_one_part_in_128()
    {
        var histogram = new AmountHistogram();
        var amounts = Enumerable.Range(1, 100_000).Select(i => (long)i * i * 1_000).ToArray();
        foreach (var amount in amounts) histogram.Record(amount);
        foreach (var part in (double[])[0.001, 0.25, 0.5, 0.9, 0.99, 1])
        {
            var exact = amounts[(int)Math.Ceiling(part * amounts.Length) - 1];
            Assert.InRange(histogram.Percentile(part), exact, exact + (exact / 128));
        }

        Assert.Equal((1_000, amounts[^1]), (histogram.Min, histogram.Max));
    }

    private static BsonDocument Customer(
        string id, string status, string country, int year, int month, params (string Product, long Quantity, long Price)[] purchases) =>
        new()
        {
            { "_id", id }, { "name", id.ToUpperInvariant() }, { "status", status }, { "country", country },
            { "created_at", new DateTime(year, month, 3, 0, 0, 0, DateTimeKind.Utc) },
            {
                "purchases",
                new BsonArray(purchases.Select(p => new BsonDocument { { "product", p.Product }, { "quantity", p.Quantity }, { "price", p.Price } }))
            },
        };
}
