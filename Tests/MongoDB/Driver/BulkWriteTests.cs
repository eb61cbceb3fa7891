using MongoDB.Bson;
using MongoDB.Driver;

namespace Tests.MongoDB.Driver;

/// <summary>Bulk writes to one or several collections.</summary>
[Collection(SharedMongoDBServer.Name)]
[Trait("Category", "Cluster")]
public sealed class BulkWriteTests(MongoDBServer server) : DriverTests(server)
{
    private static readonly FilterDefinitionBuilder<BsonDocument> Filter = Builders<BsonDocument>.Filter;
    private static readonly UpdateDefinitionBuilder<BsonDocument> Update = Builders<BsonDocument>.Update;

    private CollectionNamespace Here => Documents.CollectionNamespace;

    private CollectionNamespace There => new(Database.DatabaseNamespace, "other");

    [Fact]
    public async Task One_collection()
    {
        await InsertNumbersAsync(5);
        var result = await Documents.BulkWriteAsync(
            [
                new InsertOneModel<BsonDocument>(new("_id", 10)), new InsertOneModel<BsonDocument>(new("_id", 11)),
                new UpdateOneModel<BsonDocument>(Filter.Eq("_id", 0), Update.Set("n", 50)),
                new UpdateManyModel<BsonDocument>(Filter.Lt("n", 4), Update.Inc("n", 1)),
                new ReplaceOneModel<BsonDocument>(Filter.Eq("_id", 99), new("n", 99)) { IsUpsert = true },
                new DeleteOneModel<BsonDocument>(Filter.Eq("_id", 10)), new DeleteManyModel<BsonDocument>(Filter.Gte("n", 50)),
            ], cancellationToken: Ct);

        Assert.Equal((2, 4, 4, 3), (result.InsertedCount, result.MatchedCount, result.ModifiedCount, result.DeletedCount));
        Assert.Equal((4, 99), (result.Upserts.Single().Index, result.Upserts.Single().Id.AsInt32));
        Assert.Equal([1, 2, 3, 4, 11], await IdsAsync());
    }

    [Theory]
    [InlineData(true, new[] { 1, 2 }, new[] { 2 })]
    [InlineData(false, new[] { 1, 2, 3, 4 }, new[] { 2, 4 })]
    public async Task Failures_stop_it_only_where_it_is_ordered(bool isOrdered, int[] ids, int[] failed)
    {
        var error = await Assert.ThrowsAsync<MongoBulkWriteException<BsonDocument>>(() => Documents.BulkWriteAsync(
            new[] { 1, 2, 1, 3, 2, 4 }.Select(id => new InsertOneModel<BsonDocument>(new("_id", id))), new BulkWriteOptions { IsOrdered = isOrdered }, Ct));

        Assert.Equal(failed, error.WriteErrors.Select(e => e.Index));
        Assert.All(error.WriteErrors, e => Assert.Equal((11000, ServerErrorCategory.DuplicateKey), (e.Code, e.Category)));
        Assert.Equal(ids.Length, error.Result.InsertedCount);
        Assert.Equal(ids, await IdsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Several_collections(bool isVerbose)
    {
        await InsertNumbersAsync(4);
        var result = await Client.BulkWriteAsync(
            [
                new BulkWriteInsertOneModel<BsonDocument>(Here, new("_id", 10)), new BulkWriteInsertOneModel<BsonDocument>(There, new("_id", 10)),
                new BulkWriteUpdateOneModel<BsonDocument>(Here, Filter.Eq("_id", 0), Update.Set("n", 50)),
                new BulkWriteUpdateManyModel<BsonDocument>(Here, Filter.Lt("n", 4), Update.Inc("n", 1)),
                new BulkWriteReplaceOneModel<BsonDocument>(There, Filter.Eq("_id", 99), new("n", 99), isUpsert: true),
                new BulkWriteDeleteOneModel<BsonDocument>(There, Filter.Eq("_id", 10)),
                new BulkWriteDeleteManyModel<BsonDocument>(Here, Filter.Gte("n", 4)),
            ], new ClientBulkWriteOptions { VerboseResult = isVerbose }, Ct);

        Assert.Equal((2, 4, 4, 1, 3),
            (result.InsertedCount, result.MatchedCount, result.ModifiedCount, result.UpsertedCount, result.DeletedCount));
        Assert.Equal([1, 2, 10], await IdsAsync());
        Assert.Equal(BsonDocument.Parse("{ _id: 99, n: 99 }"), await Database.GetCollection<BsonDocument>("other").Find(Filter.Empty).SingleAsync(Ct));
        if (!isVerbose) return;
        Assert.Equal([0, 1], result.InsertResults.Keys.Order());
        Assert.Equal([(2, 1, 1), (3, 3, 3)],
            result.UpdateResults.Where(r => r.Key < 4).OrderBy(r => r.Key).Select(r => (r.Key, (int)r.Value.MatchedCount, (int)r.Value.ModifiedCount)));
        Assert.Equal(99, result.UpdateResults[4].UpsertedId.AsInt32);
        Assert.Equal([(5, 1L), (6, 2L)], result.DeleteResults.OrderBy(r => r.Key).Select(r => (r.Key, r.Value.DeletedCount)));
    }

    [Theory]
    [InlineData(true, false, new[] { 2 }, new[] { 1, 2 })]
    [InlineData(true, true, new[] { 2 }, new[] { 1, 2 })]
    [InlineData(false, false, new[] { 2, 4, 5 }, new[] { 1, 2, 3 })]
    [InlineData(false, true, new[] { 2, 4, 5 }, new[] { 1, 2, 3 })]
    public async Task Failures_in_several_collections(bool isOrdered, bool isVerbose, int[] failed, int[] ids)
    {
        var error = await Assert.ThrowsAsync<ClientBulkWriteException>(() => Client.BulkWriteAsync(
            [
                Insert(1), Insert(2), Insert(1), Insert(3),
                new BulkWriteUpdateOneModel<BsonDocument>(Here, Filter.Eq("_id", 3), new BsonDocument("$nonsense", new BsonDocument("n", 1))),
                new BulkWriteUpdateOneModel<BsonDocument>(Here, Filter.Eq("_id", 3), Update.Set("_id", 4)),
                new BulkWriteUpdateOneModel<BsonDocument>(Here, Filter.Eq("_id", 3), Update.Set("n", 4)),
            ], new ClientBulkWriteOptions { IsOrdered = isOrdered, VerboseResult = isVerbose }, Ct));

        Assert.Equal(failed, error.WriteErrors.Keys.Order());
        Assert.Equal(11000, error.WriteErrors[2].Code);
        Assert.Contains("dup key: { _id: 1 }", error.WriteErrors[2].Message, StringComparison.Ordinal);
        Assert.Equal((ids.Length, isOrdered ? 0 : 1), (error.PartialResult!.InsertedCount, error.PartialResult.ModifiedCount));
        Assert.Equal(ids, await IdsAsync());

        BulkWriteInsertOneModel<BsonDocument> Insert(int id) => new(Here, new("_id", id));
    }

    [Fact]
    public async Task More_operations_than_a_command_takes()
    {
        const int Count = 30_000;
        var result = await Client.BulkWriteAsync(
            [
                .. Enumerable.Range(0, Count).Select(i => new BulkWriteInsertOneModel<BsonDocument>(i % 2 == 0 ? Here : There, new("_id", i))),
            ], new ClientBulkWriteOptions { IsOrdered = false }, Ct);

        Assert.Equal(Count, result.InsertedCount);
        Assert.Equal(Count / 2, await Documents.CountDocumentsAsync(Filter.Empty, cancellationToken: Ct));
    }

    [Fact]
    public async Task Several_collections_in_a_transaction_change_together_or_not_at_all()
    {
        await InsertNumbersAsync(1);
        BulkWriteModel[] writes =
        [
            new BulkWriteInsertOneModel<BsonDocument>(There, new("_id", 1)),
            new BulkWriteUpdateOneModel<BsonDocument>(Here, Filter.Eq("_id", 0), Update.Inc("n", 1)),
        ];
        using var session = await Client.StartSessionAsync(cancellationToken: Ct);
        session.StartTransaction();
        await Client.BulkWriteAsync(session, writes, cancellationToken: Ct);
        await session.AbortTransactionAsync(Ct);
        Assert.Equal(0, (await Documents.Find(Filter.Eq("_id", 0)).SingleAsync(Ct))["n"].AsInt32);

        session.StartTransaction();
        await Client.BulkWriteAsync(session, writes, cancellationToken: Ct);
        await session.CommitTransactionAsync(Ct);
        Assert.Equal(1, (await Documents.Find(Filter.Eq("_id", 0)).SingleAsync(Ct))["n"].AsInt32);

        session.StartTransaction();
        await Assert.ThrowsAsync<ClientBulkWriteException>(() => Client.BulkWriteAsync(session, [.. writes.Reverse()], cancellationToken: Ct));
        var over = await Assert.ThrowsAsync<MongoCommandException>(() => session.CommitTransactionAsync(Ct));
        Assert.Equal(251, over.Code);
        Assert.Equal(1, (await Documents.Find(Filter.Eq("_id", 0)).SingleAsync(Ct))["n"].AsInt32);
    }

    private async Task<List<int>> IdsAsync()
        => [.. (await Documents.Find(Filter.Empty).Sort(new BsonDocument("_id", 1)).ToListAsync(Ct)).Select(d => d["_id"].AsInt32)];
}
