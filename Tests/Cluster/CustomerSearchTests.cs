extern alias CustomerApi;
using Aspire.Hosting.Testing;
using CustomerApi::Customer.Api.Configuration;
using CustomerApi::Customer.Api.Customers;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Tests.Cluster;

/// <summary>Full-text search finds customers by any word of their name or address, regardless of case and accents.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class CustomerSearchTests(ClusterFixture cluster)
{
    private readonly CustomerClient _customers = new(cluster.Shop);

    [Theory]
    [InlineData("Xos\u00E9 \u00C1lvarez", "xose")]
    [InlineData("Xos\u00E9 \u00C1lvarez", "XOSE\u0301 alva")]
    [InlineData("Xose\u0301 \u00C1lvarez", "Xos\u00E9")]
    [InlineData("\u9F98 \u5C0F\u660E", "\u9F98")]
    [InlineData("\u9F98 \u5C0F\u660E", "\u5C0F")]
    [InlineData("Quentin Z", "quentin z")]
    [InlineData("\u0915\u094D\u0930\u093F\u0936 X", "\u0915\u094D\u0930\u093F")]
    [InlineData("a b c d e f g h i j k l m n o Zyx", "zyx")]
    public async Task A_word_is_found(string name, string search)
    {
        var id = await CreateAsync(name, CustomerClient.NewEmail());
        Assert.Contains(id, await SearchAsync(search));
    }

    [Fact]
    public async Task Every_word_of_the_address_is_found()
    {
        var mark = $"m{Guid.NewGuid():N}"[..20];
        var id = await CreateAsync("A", $"first.{mark}+x@example.com");
        Assert.Equal([id], await SearchAsync(mark));
        Assert.Equal([id], await SearchAsync($"x {mark[..12]}"));
    }

    [Fact]
    public async Task Stored_customers_get_the_words_of_this_version()
    {
        var settings = new CustomerSettings { DatabaseName = $"upgrade-{Guid.NewGuid():N}", AnalyticsLoadPercent = 100 };
        using var client = new MongoClient(await cluster.Cluster.App.GetConnectionStringAsync("customers", TestContext.Current.CancellationToken));
        var customers = new CustomerCollection(client, settings);
        try
        {
            await customers.Documents.InsertManyAsync(Enumerable.Range(0, 2_500).Select(i => new BsonDocument
            {
                { "_id", $"c{i:D5}" }, { "name", $"Jos\u00E9 {i}" }, { "email", $"jose{i}@example.com" }, { "words", new BsonArray { "jos\u00E9" } },
            }).Append(new BsonDocument { { "_id", "foreign" } }), cancellationToken: TestContext.Current.CancellationToken);
            var lease = new CustomerLease(customers, settings, TimeProvider.System);
            var upgrade = new SearchWordsUpgrade(customers, lease, settings, TimeProvider.System, NullLogger<SearchWordsUpgrade>.Instance);
            Assert.Equal((false, 2_500L), await upgrade.PassAsync(mayEnd: true, TestContext.Current.CancellationToken));
            Assert.Equal(2_500, await customers.Documents.CountDocumentsAsync(
                new BsonDocument("words", "jose"), cancellationToken: TestContext.Current.CancellationToken));
            var last = await customers.Documents.Find(new BsonDocument("_id", "c02499")).SingleAsync(TestContext.Current.CancellationToken);
            Assert.Equal(new BsonArray { "jose", "2499", "jose2499" }, last["words"].AsBsonArray);
            Assert.Equal((false, 0L), await upgrade.PassAsync(mayEnd: false, TestContext.Current.CancellationToken));
            Assert.Equal((true, 0L), await upgrade.PassAsync(mayEnd: true, TestContext.Current.CancellationToken));

            // The backfill is complete: later passes do not read the customers again.
            await customers.Documents.UpdateOneAsync(new BsonDocument("_id", "c00000"), new BsonDocument("$unset", new BsonDocument("words", "")),
                cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal((true, 0L), await upgrade.PassAsync(mayEnd: true, TestContext.Current.CancellationToken));
        }
        finally
        {
            await client.DropDatabaseAsync(settings.DatabaseName, CancellationToken.None);
        }
    }

    private async Task<string> CreateAsync(string name, string email) =>
        (await _customers.CreateAsync($$"""{"name":"{{name}}","email":"{{email}}"}""")).GetProperty("customer_id").GetString()!;

    private async Task<IReadOnlyList<string>> SearchAsync(string search) =>
        CustomerClient.Ids(await cluster.Shop.GetAsync($"/customers?limit=1000&order=desc&search={Uri.EscapeDataString(search)}"));
}
