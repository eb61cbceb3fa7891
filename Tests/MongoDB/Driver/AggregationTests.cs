using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;
using MongoDB.Driver;
using MongoDB.Driver.Linq;

namespace Tests.MongoDB.Driver;

/// <summary>Aggregation pipelines written by hand, with the driver's builders, and with LINQ.</summary>
[Collection(SharedMongoDBServer.Name)]
[Trait("Category", "Cluster")]
public sealed class AggregationTests(MongoDBServer server) : DriverTests(server)
{
    private static readonly string[] Cities = ["Delft", "Leiden", "Utrecht"];

    private IMongoCollection<Order> Orders => Database.GetCollection<Order>("orders");

    private IMongoCollection<Customer> Customers => Database.GetCollection<Customer>("customers");

    [Fact]
    public async Task Groups_joins_and_facets()
    {
        await FillAsync();
        var totals = await Orders.Aggregate().Match(o => o.Total >= 20)
            .Group(o => o.CustomerId, g => new { Id = g.Key, Sum = g.Sum(o => o.Total), Count = g.Count() }).SortByDescending(g => g.Sum).ToListAsync(Ct);
        Assert.Equal([(2, 1550m, 10), (1, 1440m, 9), (0, 1350m, 9)], totals.Select(t => (t.Id, t.Sum, t.Count)));

        var joined = await RunAsync(
            "{ $match: { _id: { $lt: 3 } } }", "{ $lookup: { from: 'customers', localField: 'CustomerId', foreignField: '_id', as: 'customer' } }",
            "{ $unwind: '$customer' }", "{ $sort: { _id: 1 } }", "{ $project: { _id: 0, city: '$customer.City' } }");
        Assert.Equal(Cities, joined.Select(d => d["city"].AsString));

        var facet = Assert.Single(await RunAsync("""
            { $facet: {
                count: [{ $count: 'n' }],
                byTag: [{ $unwind: '$Tags' }, { $sortByCount: '$Tags' }],
                buckets: [{ $bucket: { groupBy: { $toDouble: '$Total' }, boundaries: [0, 100, 200, 1000], output: { n: { $sum: 1 } } } }, { $sort: { _id: 1 } }]
            } }
            """));
        Assert.Equal(BsonDocument.Parse("{ count: [{ n: 30 }], byTag: [{ _id: 'all', count: 30 }, { _id: 'even', count: 15 }], "
            + "buckets: [{ _id: 0, n: 10 }, { _id: 100, n: 10 }, { _id: 200, n: 10 }] }"), facet);
    }

    [Fact]
    public async Task A_result_of_many_batches_is_complete()
    {
        await InsertNumbersAsync(1_000);
        var numbers = await Documents.Aggregate(new AggregateOptions { BatchSize = 13 }).Sort(new BsonDocument("n", -1))
            .Project<BsonDocument>(new BsonDocument { { "_id", 0 }, { "twice", new BsonDocument("$multiply", new BsonArray { "$n", 2 }) } }).ToListAsync(Ct);
        Assert.Equal(Enumerable.Range(0, 1_000).Reverse().Select(n => n * 2), numbers.Select(d => d["twice"].ToInt32()));
    }

    [Fact]
    public async Task A_result_becomes_a_collection()
    {
        await InsertNumbersAsync(20);
        await Documents.Aggregate().Match(new BsonDocument("n", new BsonDocument("$lt", 5))).OutAsync("small", Ct);
        await Documents.Aggregate().Match(new BsonDocument("n", new BsonDocument("$gte", 3))).MergeAsync(
            Database.GetCollection<BsonDocument>("small"), new MergeStageOptions<BsonDocument> { WhenMatched = MergeStageWhenMatched.KeepExisting }, Ct);
        Assert.Equal(20, await Database.GetCollection<BsonDocument>("small").CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty, cancellationToken: Ct));
    }

    [Fact]
    public async Task Linq()
    {
        await FillAsync();
        var orders = Orders.AsQueryable();

        var dearest = orders.Where(o => o.Total > 100 && o.Tags.Contains("all")).OrderByDescending(o => o.Total).Select(o => o.Id).Take(3);
        Assert.Equal([29, 28, 27], await dearest.ToListAsync(Ct));
        Assert.Equal(290, await orders.MaxAsync(o => o.Total, Ct));
        Assert.Equal(4350, await orders.SumAsync(o => o.Total, Ct));
        Assert.Equal(15, await orders.CountAsync(o => o.Tags.Any(t => t == "even"), Ct));
        Assert.True(await orders.AnyAsync(o => o.At.Year == 2026 && o.At.Month == 2, Ct));
        Assert.False(await orders.AnyAsync(o => o.Customer!.Name.StartsWith("Nobody"), Ct));
        Assert.Equal(["customer 0", "customer 1", "customer 2"], await orders.Select(o => o.Customer!.Name).Distinct().OrderBy(n => n).ToListAsync(Ct));
        var perTag = await orders.SelectMany(o => o.Tags, (o, tag) => new { tag, o.Total }).GroupBy(t => t.tag)
            .Select(g => new { Tag = g.Key, Average = g.Average(t => t.Total) }).OrderBy(g => g.Tag).ToListAsync(Ct);
        Assert.Equal([("all", 145m), ("even", 140m)], perTag.Select(t => (t.Tag, t.Average)));
        var cities = await orders.Where(o => o.Id < 2).Join(Customers.AsQueryable(), o => o.CustomerId, c => c.Id, (o, c) => new { o.Id, c.City })
            .OrderBy(x => x.Id).ToListAsync(Ct);
        Assert.Equal(["Delft", "Leiden"], cities.Select(c => c.City));
        Assert.Equal(1, await Customers.AsQueryable().CountAsync(c => c.City.Substring(0, 3) == "Utr" && c.City.Length > 5, Ct));
    }

    private async Task<List<BsonDocument>> RunAsync(params string[] stages)
    {
        using var cursor = await Orders.AggregateAsync<BsonDocument>(stages.Select(BsonDocument.Parse).ToArray(), cancellationToken: Ct);
        return await cursor.ToListAsync(Ct);
    }

    private async Task FillAsync()
    {
        var customers = Cities.Select((city, i) => new Customer(i, $"customer {i}", city)).ToList();
        await Customers.InsertManyAsync(customers, cancellationToken: Ct);
        await Orders.InsertManyAsync(Enumerable.Range(0, 30).Select(i => new Order(i, i % 3, i * 10, i % 2 == 0 ? ["all", "even"] : ["all"],
            new DateTime(2026, (i % 12) + 1, 1, 0, 0, 0, DateTimeKind.Utc), customers[i % 3])), cancellationToken: Ct);
    }

    private sealed record Customer(int Id, string Name, string City);

    private sealed record Order(
        int Id, int CustomerId, [property: BsonRepresentation(BsonType.Decimal128)] decimal Total, string[] Tags, DateTime At, Customer? Customer);
}
