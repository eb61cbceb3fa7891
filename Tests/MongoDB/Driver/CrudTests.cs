using MongoDB.Bson;
using MongoDB.Driver;

namespace Tests.MongoDB.Driver;

[Collection(SharedMongoDBServer.Name)]
[Trait("Category", "Cluster")]
public sealed class CrudTests(MongoDBServer server) : DriverTests(server)
{
    private static readonly FilterDefinitionBuilder<BsonDocument> Filter = Builders<BsonDocument>.Filter;
    private static readonly UpdateDefinitionBuilder<BsonDocument> Update = Builders<BsonDocument>.Update;

    [Fact]
    public async Task Documents_are_inserted_found_changed_and_deleted()
    {
        await InsertNumbersAsync(10);
        await Documents.InsertOneAsync(new BsonDocument { { "_id", "x" }, { "tags", new BsonArray { 1, 2, 3 } } }, cancellationToken: Ct);

        var updated = await Documents.UpdateManyAsync(Filter.Gte("n", 5), Update.Inc("n", 100), cancellationToken: Ct);
        Assert.Equal((5, 5), (updated.MatchedCount, updated.ModifiedCount));
        var unchanged = await Documents.UpdateOneAsync(Filter.Eq("_id", 9), Update.Set("n", 109), cancellationToken: Ct);
        Assert.Equal((1, 0), (unchanged.MatchedCount, unchanged.ModifiedCount));
        var replaced = await Documents.ReplaceOneAsync(Filter.Eq("_id", 0), new BsonDocument("other", true), cancellationToken: Ct);
        Assert.Equal((1, 1), (replaced.MatchedCount, replaced.ModifiedCount));
        var upserted = await Documents.UpdateOneAsync(
            Filter.Eq("_id", 77), Update.SetOnInsert("made", true), new UpdateOptions { IsUpsert = true }, Ct);
        Assert.Equal(77, upserted.UpsertedId.AsInt32);
        var third = new UpdateOptions { ArrayFilters = [new BsonDocumentArrayFilterDefinition<BsonDocument>(new BsonDocument("e", 2))] };
        await Documents.UpdateOneAsync(Filter.Eq("_id", "x"), Update.Set("tags.$[e]", 20), third, Ct);
        await Documents.UpdateOneAsync(
            Filter.Eq("_id", "x"), Builders<BsonDocument>.Update.Pipeline(new[] { BsonDocument.Parse("{ $set: { sum: { $sum: '$tags' } } }") }),
            cancellationToken: Ct);
        Assert.Equal(2, (await Documents.DeleteManyAsync(Filter.Lt("n", 3), Ct)).DeletedCount);
        Assert.Equal(1, (await Documents.DeleteOneAsync(Filter.Gte("n", 100), Ct)).DeletedCount);

        Assert.Equal(BsonDocument.Parse("{ _id: 0, other: true }"), await Documents.Find(Filter.Eq("_id", 0)).SingleAsync(Ct));
        Assert.Equal(BsonDocument.Parse("{ _id: 77, made: true }"), await Documents.Find(Filter.Eq("_id", 77)).SingleAsync(Ct));
        Assert.Equal(BsonDocument.Parse("{ _id: 'x', tags: [1, 20, 3], sum: 24 }"), await Documents.Find(Filter.Eq("_id", "x")).SingleAsync(Ct));
        Assert.Equal(9, await Documents.CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty, cancellationToken: Ct));
        Assert.Null(await Documents.Find(Filter.Eq("_id", 1)).FirstOrDefaultAsync(Ct));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(1_000)]
    public async Task A_cursor_returns_every_document_once_and_in_order(int batchSize)
    {
        await InsertNumbersAsync(500);
        var sort = Builders<BsonDocument>.Sort.Descending("n");

        var all = await Documents.Find(FilterDefinition<BsonDocument>.Empty, new FindOptions { BatchSize = batchSize }).Sort(sort).ToListAsync(Ct);
        var some = await Documents.Find(Filter.Lt("n", 400), new FindOptions { BatchSize = batchSize }).Sort(sort).Skip(50).Limit(20)
            .Project(Builders<BsonDocument>.Projection.Include("n").Exclude("_id")).ToListAsync(Ct);
        var unsorted = await Documents.Find(FilterDefinition<BsonDocument>.Empty, new FindOptions { BatchSize = batchSize }).ToListAsync(Ct);

        Assert.Equal(Enumerable.Range(0, 500).Reverse(), all.Select(d => d["n"].AsInt32));
        Assert.Equal(Enumerable.Range(330, 20).Reverse().Select(n => new BsonDocument("n", n)), some);
        Assert.Equal(500, unsorted.Select(d => d["_id"]).Distinct().Count());
        Assert.Equal(500, await Documents.EstimatedDocumentCountAsync(cancellationToken: Ct));
        Assert.Equal([497, 498, 499], (await (await Documents.DistinctAsync<int>("n", Filter.Gte("n", 497), cancellationToken: Ct)).ToListAsync(Ct)).Order());
    }

    [Fact]
    public async Task A_document_is_found_and_changed_in_one_step()
    {
        await InsertNumbersAsync(3);
        var after = new FindOneAndUpdateOptions<BsonDocument> { ReturnDocument = ReturnDocument.After, IsUpsert = true };

        Assert.Equal(0, (await Documents.FindOneAndUpdateAsync(Filter.Eq("_id", 0), Update.Inc("n", 5), cancellationToken: Ct))["n"].AsInt32);
        Assert.Equal(10, (await Documents.FindOneAndUpdateAsync(Filter.Eq("_id", 0), Update.Inc("n", 5), after, Ct))["n"].AsInt32);
        Assert.Equal(1, (await Documents.FindOneAndUpdateAsync(Filter.Eq("_id", "new"), Update.Inc("n", 1), after, Ct))["n"].AsInt32);
        Assert.Equal(1, (await Documents.FindOneAndReplaceAsync(Filter.Eq("_id", 1), new BsonDocument("n", 7), cancellationToken: Ct))["n"].AsInt32);
        Assert.Equal(7, (await Documents.FindOneAndDeleteAsync(Filter.Eq("_id", 1), cancellationToken: Ct))["n"].AsInt32);
        Assert.Null(await Documents.FindOneAndDeleteAsync(Filter.Eq("_id", 1), cancellationToken: Ct));
    }

    [Fact]
    public async Task Indexes_are_created_listed_and_dropped()
    {
        var keys = Builders<BsonDocument>.IndexKeys;
        var names = await Documents.Indexes.CreateManyAsync(
            [
                new(keys.Ascending("a").Descending("b"), new CreateIndexOptions { Name = "ab" }),
                new(keys.Ascending("c"), new CreateIndexOptions { Unique = true }),
                new(keys.Text("t")), new(keys.Ascending("at"), new CreateIndexOptions { ExpireAfter = TimeSpan.FromHours(1) }),
            ], Ct);
        Assert.Equal(["ab", "c_1", "t_text", "at_1"], names);

        await Documents.Indexes.DropOneAsync("ab", Ct);
        var indexes = await (await Documents.Indexes.ListAsync(Ct)).ToListAsync(Ct);
        Assert.Equal(["_id_", "at_1", "c_1", "t_text"], indexes.Select(i => i["name"].AsString).Order(StringComparer.Ordinal));
        Assert.True(indexes.Single(i => i["name"] == "c_1")["unique"].AsBoolean);
        Assert.Equal(3_600, indexes.Single(i => i["name"] == "at_1")["expireAfterSeconds"].ToInt32());
    }

    [Fact]
    public async Task Collections_are_created_listed_renamed_and_dropped()
    {
        await Database.CreateCollectionAsync("one", new CreateCollectionOptions<BsonDocument> { Validator = Filter.Gte("n", 0) }, Ct);
        await Database.CreateViewAsync("view", "one", new EmptyPipelineDefinition<BsonDocument>().Match(Filter.Eq("n", 1)), cancellationToken: Ct);
        await Database.GetCollection<BsonDocument>("one").InsertManyAsync([new("n", 1), new("n", 2)], cancellationToken: Ct);
        Assert.Equal(1, await Database.GetCollection<BsonDocument>("view").CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty, cancellationToken: Ct));

        await Database.DropCollectionAsync("view", Ct);
        await Database.RenameCollectionAsync("one", "two", cancellationToken: Ct);
        await Database.DropCollectionAsync("none", Ct);
        Assert.Equal(["two"], await (await Database.ListCollectionNamesAsync(cancellationToken: Ct)).ToListAsync(Ct));
        Assert.Contains(Database.DatabaseNamespace.DatabaseName, await (await Client.ListDatabaseNamesAsync(Ct)).ToListAsync(Ct));
    }

    [Fact]
    public async Task Strings_are_compared_by_the_collation()
    {
        await Documents.InsertManyAsync([new("s", "abc"), new("s", "ABC"), new("s", "abd")], cancellationToken: Ct);
        var ignoringCase = new Collation("en", strength: CollationStrength.Secondary);

        Assert.Equal(1, await Documents.CountDocumentsAsync(Filter.Eq("s", "abc"), cancellationToken: Ct));
        Assert.Equal(2, await Documents.CountDocumentsAsync(Filter.Eq("s", "abc"), new CountOptions { Collation = ignoringCase }, Ct));
        Assert.Equal(2, (await Documents.Find(Filter.Eq("s", "aBc"), new FindOptions { Collation = ignoringCase }).ToListAsync(Ct)).Count);
    }

    [Fact]
    public async Task Unacknowledged_writes_are_executed()
    {
        await Documents.WithWriteConcern(WriteConcern.Unacknowledged).InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: Ct);
        for (var i = 0; i < 100 && await Documents.CountDocumentsAsync(Filter.Eq("_id", 1), cancellationToken: Ct) == 0; i++) await Task.Delay(50, Ct);
        Assert.Equal(1, await Documents.CountDocumentsAsync(Filter.Eq("_id", 1), cancellationToken: Ct));
    }
}
