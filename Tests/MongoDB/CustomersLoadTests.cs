using System.Diagnostics;
using System.Globalization;
using LoadTest.Customers;
using MongoDB.Bson;
using MongoDB.Driver;
using Tests.Faults;

namespace Tests.MongoDB;

/// <summary>The loader is interrupted and restarted, and the result is the same as without the interruption.</summary>
[Collection(SharedMongoDBServer.Name)]
[Trait("Category", "Long")]
public sealed class CustomersLoadTests(MongoDBServer server)
{
    private const int LimitMs = 180_000, Customers = 40_000, BlockSize = 1_000, Seed = 7, Interrupted = 130;
    private const string Database = "load", Status = "customers_status", Email = "customers_email";

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(90);

    [Fact(Timeout = LimitMs)]
    public async Task An_interrupted_load_continues_where_it_stopped()
    {
        var ct = TestContext.Current.CancellationToken;
        using var client = new MongoClient(server.ConnectionString);
        var customers = client.GetDatabase(Database).GetCollection<BsonDocument>("resumed");
        foreach (var (name, fields, isUnique, isSparse) in CustomerIndexSet.Indexes) // as after an earlier start of Customer.Api
        {
            var keys = new BsonDocument(fields.Select(static field => new BsonElement(field, 1)));
            var index = new CreateIndexOptions { Name = name, Unique = isUnique, Sparse = isSparse };
            await customers.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>(keys, index), cancellationToken: ct);
        }

        using var first = Start();
        while (await customers.CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty, cancellationToken: ct) < 3 * BlockSize) await Task.Delay(20, ct);
        // Not SIGINT: background processes of a shell script ignore it, and so do their children.
        Signal.Terminate.Send(first.Id);
        var (code, output) = await EndAsync(first);

        Assert.True(code == Interrupted, output);
        Assert.Contains($"dropped    index {Status}", output, StringComparison.Ordinal);
        Assert.Contains(Email, await IndexNamesAsync(customers)); // unique indexes are needed during the load
        var before = await customers.CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty, cancellationToken: ct);
        Assert.InRange(before, 3 * BlockSize, Customers - BlockSize);
        // Recreated meanwhile, as by a starting Customer.Api. It is kept if the collection contains customers.
        await customers.Indexes.CreateOneAsync(
            new CreateIndexModel<BsonDocument>(new BsonDocument { { "status", 1 }, { "_id", 1 } }, new CreateIndexOptions { Name = Status }),
            cancellationToken: ct);

        using var second = Start();
        (code, output) = await EndAsync(second);

        Assert.True(code == 0, output);
        Assert.DoesNotContain("dropped", output, StringComparison.Ordinal);
        Assert.Equal(CustomerIndexSet.Indexes.Select(static index => index.Name).Append("_id_").Order(StringComparer.Ordinal),
            (await IndexNamesAsync(customers)).Order(StringComparer.Ordinal));
        await AreAllThereAsync(client.GetDatabase(Database).GetCollection<RawBsonDocument>("resumed"));
    }

    // In the order of their ids: each customer exists once and has exactly the bytes that its seed determines.
    private static async Task AreAllThereAsync(IMongoCollection<RawBsonDocument> customers)
    {
        var generator = new CustomerGenerator(Seed);
        var index = 0L;
        using var cursor = await customers.FindAsync<RawBsonDocument>(
            new BsonDocument(), new FindOptions<RawBsonDocument> { Sort = new BsonDocument("_id", 1) }, TestContext.Current.CancellationToken);
        while (await cursor.MoveNextAsync(TestContext.Current.CancellationToken))
        {
            foreach (var customer in cursor.Current)
            {
                var expected = new RawBsonDocument(generator.Make(index++)).ToBson();
                Assert.True(expected.AsSpan().SequenceEqual(customer.ToBson()), $"{customer["_id"]} is not {index - 1}");
            }
        }

        Assert.Equal(Customers, index);
    }

    private static async Task<List<string>> IndexNamesAsync(IMongoCollection<BsonDocument> customers)
    {
        using var indexes = await customers.Indexes.ListAsync(TestContext.Current.CancellationToken);
        return [.. (await indexes.ToListAsync(TestContext.Current.CancellationToken)).Select(static index => index["name"].AsString)];
    }

    private Process Start()
    {
        var start = new ProcessStartInfo("dotnet", [
            Path.Combine(AppContext.BaseDirectory, "LoadTest.dll"), "customers", "load", "--connection", server.ConnectionString, "--database", Database,
            "--collection", "resumed", "--count", Customers.ToString(CultureInfo.InvariantCulture), "--seed", Seed.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    private static async Task<(int Code, string Output)> EndAsync(Process process)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(EndLimit);
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }
}
