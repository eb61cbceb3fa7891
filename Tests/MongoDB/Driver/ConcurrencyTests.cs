using MongoDB.Bson;
using MongoDB.Driver;

namespace Tests.MongoDB.Driver;

/// <summary>Concurrent operations: conflicts that MongoDB resolves internally must not surface to clients.</summary>
[Collection(SharedMongoDBServer.Name)]
[Trait("Category", "Cluster")]
public sealed class ConcurrencyTests(MongoDBServer server) : DriverTests(server)
{
    private const int Tasks = 64, PoolSize = 100, Rounds = 30, Writers = 16, BatchSize = 20;
    private static readonly FilterDefinitionBuilder<BsonDocument> Filter = Builders<BsonDocument>.Filter;

    [Fact]
    public async Task Sixty_four_tasks_share_a_pool_of_a_hundred_connections()
    {
        using var client = NewClient(settings => settings.MaxConnectionPoolSize = PoolSize);
        var documents = client.GetDatabase(Database.DatabaseNamespace.DatabaseName).GetCollection<BsonDocument>("documents");
        await InsertNumbersAsync(1);
        await Task.WhenAll(Enumerable.Range(1, Tasks).Select(async task =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                var id = $"{task}-{round}";
                await documents.InsertOneAsync(new BsonDocument { { "_id", id }, { "task", task }, { "n", round } }, cancellationToken: Ct);
                await documents.UpdateOneAsync(Filter.Eq("_id", 0), Builders<BsonDocument>.Update.Inc("n", 1), cancellationToken: Ct);
                Assert.Equal(round, (await documents.Find(Filter.Eq("_id", id)).SingleAsync(Ct))["n"].AsInt32);
            }
            Assert.Equal(Rounds, (await documents.Find(Filter.Eq("task", task), new FindOptions { BatchSize = 7 }).ToListAsync(Ct)).Count);
        }));

        Assert.Equal(Tasks * Rounds, (await documents.Find(Filter.Eq("_id", 0)).SingleAsync(Ct))["n"].AsInt32);
        Assert.Equal((Tasks * Rounds) + 1, await documents.CountDocumentsAsync(Filter.Empty, cancellationToken: Ct));
    }

    [Fact]
    public async Task Of_inserts_with_one_unique_key_one_succeeds_and_the_others_are_duplicates()
    {
        await CreateUniqueIndexAsync("key");
        for (var round = 0; round < 3; round++)
        {
            var codes = await Task.WhenAll(Enumerable.Range(0, Writers).Select(
                i => CodeAsync(() => Documents.InsertOneAsync(new BsonDocument { { "key", round }, { "i", i } }, cancellationToken: Ct))));
            Assert.Equal([0, .. Enumerable.Repeat(11000, Writers - 1)], codes.Order());
        }
    }

    [Fact]
    public async Task Batches_with_the_same_keys_in_opposite_order_never_deadlock()
    {
        await CreateUniqueIndexAsync("key");
        for (var round = 0; round < 3; round++)
        {
            var codes = await Task.WhenAll(Enumerable.Range(0, Writers / 2).Select(i => CodeAsync(() =>
            {
                var keys = Enumerable.Range(round * BatchSize, BatchSize);
                return Documents.InsertManyAsync((i % 2 == 0 ? keys : keys.Reverse()).Select(key => new BsonDocument("key", key)),
                    new InsertManyOptions { IsOrdered = false }, Ct);
            })));
            Assert.All(codes, code => Assert.True(code is 0 or 11000, $"code {code}"));
            Assert.Equal((round + 1) * BatchSize, await Documents.CountDocumentsAsync(Filter.Empty, cancellationToken: Ct));
        }
    }

    [Fact]
    public async Task Upserts_of_one_key_create_one_document()
    {
        await CreateUniqueIndexAsync("key");
        var increment = Builders<BsonDocument>.Update.Inc("n", 1);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Documents.UpdateOneAsync(
            Filter.Eq("key", "a"), increment, new UpdateOptions { IsUpsert = true }, Ct)));
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Documents.FindOneAndUpdateAsync(
            Filter.Eq("key", "b"), increment, new FindOneAndUpdateOptions<BsonDocument> { IsUpsert = true }, Ct)));
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Documents.FindOneAndUpdateAsync(
            Filter.Eq("_id", "c"), increment, new FindOneAndUpdateOptions<BsonDocument> { IsUpsert = true }, Ct)));

        Assert.Equal([Writers, Writers, Writers], (await Documents.Find(Filter.Empty).ToListAsync(Ct)).Select(d => d["n"].AsInt32));
    }

    [Fact]
    public async Task Indexes_can_be_created_concurrently_during_writes()
    {
        var fields = new[] { "a", "b", "c", "d" };
        await Documents.InsertManyAsync(
            Enumerable.Range(0, 2_000).Select(i => new BsonDocument { { "a", i }, { "b", i }, { "c", -i }, { "d", i % 7 } }), cancellationToken: Ct);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async i =>
        {
            if (i % 2 == 0)
            {
                var ordered = i % 4 == 0 ? fields : fields.Reverse();
                await Documents.Indexes.CreateManyAsync(ordered.Select(f => new CreateIndexModel<BsonDocument>(new BsonDocument(f, 1))), Ct);
                return;
            }
            for (var n = 0; n < BatchSize; n++) await Documents.InsertOneAsync(new BsonDocument { { "a", n }, { "b", i } }, cancellationToken: Ct);
        }));

        var indexes = await (await Documents.Indexes.ListAsync(Ct)).ToListAsync(Ct);
        Assert.Equal(["_id_", "a_1", "b_1", "c_1", "d_1"], indexes.Select(index => index["name"].AsString).Order(StringComparer.Ordinal));
        Assert.Equal(2_000 + (Writers / 2 * BatchSize), await Documents.CountDocumentsAsync(Filter.Empty, cancellationToken: Ct));
    }

    // 0 for a successful write.
    private static async Task<int> CodeAsync(Func<Task> write)
    {
        try
        {
            await write();
            return 0;
        }
        catch (MongoWriteException e)
        {
            return e.WriteError.Code;
        }
        catch (MongoBulkWriteException e)
        {
            return e.WriteErrors.Select(error => error.Code).Distinct().Single();
        }
    }
}
