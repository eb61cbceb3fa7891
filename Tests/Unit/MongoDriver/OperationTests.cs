using System.Diagnostics.CodeAnalysis;
using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;
using MongoDB.Driver;

namespace Tests.Unit.MongoDriver;

/// <summary>What is sent, and what becomes of the answers.</summary>
[Trait("Category", "Unit")]
[SuppressMessage("Design", "CA1034", Justification = "The mapper takes public members.")]
public sealed class OperationTests
{
    public sealed class Item
    {
        public ObjectId Id { get; set; }

        [BsonElement("n")]
        public int Number { get; set; }

        [BsonElement("tags")]
        public List<string> Tags { get; set; } = [];
    }

    [Fact]
    public async Task Find_sends_what_was_asked_and_reads_classes()
    {
        await using var server = new FakeMongo();
        server.Answer = static _ => Task.FromResult<BsonDocument?>(FakeMongo.Cursor(new BsonDocument { { "_id", ObjectId.GenerateNewId() }, { "n", 5 },
            { "tags", new BsonArray { "a" } } }));
        using var client = new MongoClient(server.Uri());
        var items = client.GetDatabase("test").GetCollection<Item>("items");
        var item = await items.Find(x => x.Number > 3 && x.Tags.Contains("a")).SortByDescending(x => x.Number).Skip(2)
            .FirstOrDefaultAsync(TestContext.Current.CancellationToken);
        Assert.Equal((5, "a"), (item.Number, item.Tags.Single()));
        Assert.True(server.Commands.TryDequeue(out var command));
        var expected = BsonDocument.Parse("{ find: 'items', filter: { n: { $gt: 3 }, tags: 'a' }, sort: { n: -1 }, skip: 2, limit: 1, $db: 'test' }");
        Assert.Equal(expected, command);
    }

    [Fact]
    public async Task A_cursor_is_read_to_its_end_or_killed()
    {
        await using var server = new FakeMongo();
        server.Answer = static command => Task.FromResult<BsonDocument?>(command.GetElement(0).Name switch
        {
            "find" => FakeMongo.Cursor(42, "firstBatch", new BsonDocument("_id", 1), new BsonDocument("_id", 2)),
            "getMore" => FakeMongo.Cursor(0, "nextBatch", new BsonDocument("_id", 3)),
            _ => new BsonDocument("ok", 1),
        });
        using var client = new MongoClient(server.Uri());
        var items = client.GetDatabase("test").GetCollection<BsonDocument>("items");
        var all = new List<int>();
        await foreach (var document in items.Find("{}").ToAsyncEnumerable(TestContext.Current.CancellationToken)) all.Add(document["_id"].AsInt32);
        Assert.Equal([1, 2, 3], all);
        Assert.True(await items.Find("{}").AnyAsync(TestContext.Current.CancellationToken));
        await Eventually(() => server.Commands.Any(static command => command.Contains("killCursors")));
    }

    [Fact]
    public async Task A_duplicate_key_is_a_write_exception()
    {
        await using var server = new FakeMongo();
        server.Answer = static _ => Task.FromResult<BsonDocument?>(BsonDocument.Parse(
            "{ n: 0, writeErrors: [{ index: 0, code: 11000, errmsg: 'E11000 twice' }], ok: 1 }"));
        using var client = new MongoClient(server.Uri());
        var items = client.GetDatabase("test").GetCollection<Item>("items");
        var e = await Assert.ThrowsAsync<MongoWriteException>(()
            => items.InsertOneAsync(new Item { Number = 1 }, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(ServerErrorCategory.DuplicateKey, e.WriteError!.Category);
        Assert.Contains("twice", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bulk_writes_are_grouped_split_and_their_errors_keep_their_places()
    {
        await using var server = new FakeMongo();
        server.Answer = static command => Task.FromResult<BsonDocument?>(command.Contains("insert")
            ? new BsonDocument { { "n", command["documents"].AsBsonArray.Count }, { "ok", 1 } }
            : BsonDocument.Parse("{ n: 1, nModified: 1, writeErrors: [{ index: 1, code: 2, errmsg: 'no' }], upserted: [{ index: 0, _id: 9 }], ok: 1 }"));
        using var client = new MongoClient(server.Uri());
        var items = client.GetDatabase("test").GetCollection<BsonDocument>("items");
        List<WriteModel<BsonDocument>> requests = [.. Enumerable.Range(0, 2500).Select(i => new InsertOneModel<BsonDocument>(new BsonDocument("i", i)))];
        requests.Add(new UpdateOneModel<BsonDocument>("{ a: 1 }", "{ $set: { b: 1 } }") { IsUpsert = true });
        requests.Add(new ReplaceOneModel<BsonDocument>("{ a: 2 }", new BsonDocument("c", 1)));
        requests.Add(new DeleteOneModel<BsonDocument>("{ a: 3 }"));
        var e = await Assert.ThrowsAsync<MongoBulkWriteException<BsonDocument>>(()
            => items.BulkWriteAsync(requests, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal([1000, 1000, 500], server.Commands.Where(static c => c.Contains("insert")).Select(static c => c["documents"].AsBsonArray.Count));
        Assert.Equal((2500L, 0L, 1L, 2501, 1),
            (e.Result.InsertedCount, e.Result.MatchedCount, e.Result.ModifiedCount, e.WriteErrors[0].Index, e.UnprocessedRequests.Count));
        Assert.Equal((2500, 9), (e.Result.Upserts[0].Index, e.Result.Upserts[0].Id.AsInt32));
    }

    [Fact]
    public async Task Writes_without_concern_wait_for_no_answer()
    {
        await using var server = new FakeMongo();
        using var client = new MongoClient(server.Uri("w=0"));
        var items = client.GetDatabase("test").GetCollection<BsonDocument>("items");
        var result = await items.UpdateOneAsync("{ a: 1 }", Builders<BsonDocument>.Update.Set("b", 2).Inc("c", 1),
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.False(result.IsAcknowledged);
        await client.GetDatabase("test").RunCommandAsync<BsonDocument>("{ ping: 1 }", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(BsonDocument.Parse("{ $set: { b: 2 }, $inc: { c: 1 } }"), server.Commands.First()["updates"][0]["u"]);
    }

    [Fact]
    public async Task The_servers_errors_have_types()
    {
        await using var server = new FakeMongo();
        var answer = new BsonDocument();
        server.Answer = _ => Task.FromResult<BsonDocument?>(answer);
        using var client = new MongoClient(server.Uri());
        var items = client.GetDatabase("test").GetCollection<BsonDocument>("items");
        answer = BsonDocument.Parse("{ ok: 0, code: 50, codeName: 'MaxTimeMSExpired', errmsg: 'slow' }");
        await Assert.ThrowsAsync<MongoExecutionTimeoutException>(() => items.Find("{}").ToListAsync(TestContext.Current.CancellationToken));
        answer = BsonDocument.Parse("{ ok: 0, code: 59, codeName: 'CommandNotFound', errmsg: 'what' }");
        var e = await Assert.ThrowsAsync<MongoCommandException>(()
            => items.CountDocumentsAsync("{}", cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal((59, "CommandNotFound", "what"), (e.Code, e.CodeName, e.ErrorMessage));
        answer = BsonDocument.Parse("{ n: 1, ok: 1, writeConcernError: { code: 64, errmsg: 'waiting' } }");
        var unsafeWrite = await Assert.ThrowsAsync<MongoWriteException>(() => items.DeleteOneAsync("{}", TestContext.Current.CancellationToken));
        Assert.Equal(64, unsafeWrite.WriteConcernError!.Code);
    }

    [Fact]
    public void Filters_are_written_as_the_members_are()
    {
        var filter = Builders<Item>.Filter;
        Assert.Equal(BsonDocument.Parse("{ n: { $gte: 1, $lt: 9 } }"), filter.And(filter.Gte(x => x.Number, 1), filter.Lt("Number", 9)).Render());
        Assert.Equal(BsonDocument.Parse("{ $and: [{ n: 1 }, { n: 2 }] }"), (filter.Eq(x => x.Number, 1) & filter.Eq(x => x.Number, 2)).Render());
        Assert.Equal(BsonDocument.Parse("{ $or: [{ n: 1 }, { tags: { $in: ['a', 'b'] } }] }"),
            filter.Or(filter.Eq("n", 1), filter.AnyIn(x => x.Tags, ["a", "b"])).Render());
        Assert.Equal(BsonDocument.Parse("{ n: { $not: { $gt: 3 } } }"), filter.Not(filter.Gt(x => x.Number, 3)).Render());
        Assert.Equal(new BsonDocument("tags", new BsonRegularExpression("^a", "i")), filter.Regex("tags", new BsonRegularExpression("^a", "i")).Render());
        Assert.Equal(BsonDocument.Parse("{ n: { $exists: false } }"), filter.Exists(x => x.Number, false).Render());
        Assert.Equal(BsonDocument.Parse("{ $text: { $search: 'x' } }"), filter.Text("x").Render());
        int[] numbers = [1, 2];
        Assert.Equal(BsonDocument.Parse("{ n: { $in: [1, 2] } }"),
            ((FilterDefinition<Item>)(System.Linq.Expressions.Expression<Func<Item, bool>>)(x => numbers.Contains(x.Number))).Render());
        Assert.Equal(new BsonDocument(), filter.Empty.Render());
    }

    internal static async Task Eventually(Func<bool> condition)
    {
        for (var i = 0; i < 300 && !condition(); i++) await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.True(condition());
    }
}
