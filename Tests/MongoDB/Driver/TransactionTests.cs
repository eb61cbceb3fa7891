using MongoDB.Bson;
using MongoDB.Driver;

namespace Tests.MongoDB.Driver;

[Collection(SharedMongoDBServer.Name)]
[Trait("Category", "Cluster")]
public sealed class TransactionTests(MongoDBServer server) : DriverTests(server)
{
    private const int Transfers = 20;
    private static readonly FilterDefinitionBuilder<BsonDocument> Filter = Builders<BsonDocument>.Filter;
    private static readonly UpdateDefinitionBuilder<BsonDocument> Update = Builders<BsonDocument>.Update;

    [Fact]
    public async Task Committed_changes_are_visible_only_after_the_commit()
    {
        await InsertNumbersAsync(1);
        using var session = await Client.StartSessionAsync(cancellationToken: Ct);
        session.StartTransaction();
        await Documents.InsertOneAsync(session, new BsonDocument("_id", 10), cancellationToken: Ct);
        await Documents.UpdateOneAsync(session, Filter.Eq("_id", 0), Update.Set("n", 5), cancellationToken: Ct);

        Assert.Equal(2, await Documents.CountDocumentsAsync(session, Filter.Empty, cancellationToken: Ct));
        Assert.Equal(1, await Documents.CountDocumentsAsync(Filter.Empty, cancellationToken: Ct));
        await session.CommitTransactionAsync(Ct);
        await session.CommitTransactionAsync(Ct); // as sent by a driver that did not get the first reply
        Assert.Equal(2, await Documents.CountDocumentsAsync(Filter.Empty, cancellationToken: Ct));
        Assert.Equal(5, (await Documents.Find(Filter.Eq("_id", 0)).SingleAsync(Ct))["n"].AsInt32);
    }

    [Fact]
    public async Task Aborted_changes_are_discarded()
    {
        await InsertNumbersAsync(100);
        using (var session = await Client.StartSessionAsync(cancellationToken: Ct))
        {
            session.StartTransaction();
            await Documents.DeleteManyAsync(session, Filter.Gte("n", 50), cancellationToken: Ct);
            var left = await Documents.Find(session, Filter.Empty, new FindOptions { BatchSize = 10 }).ToListAsync(Ct);
            Assert.Equal(50, left.Count);
            await session.AbortTransactionAsync(Ct);

            session.StartTransaction();
            await Documents.DeleteOneAsync(session, Filter.Eq("_id", 0), cancellationToken: Ct);
        } // without commit or abort

        Assert.Equal(100, await Documents.CountDocumentsAsync(Filter.Empty, cancellationToken: Ct));
    }

    [Fact]
    public async Task It_reads_from_a_snapshot_of_its_start()
    {
        await InsertNumbersAsync(1);
        using var session = await Client.StartSessionAsync(cancellationToken: Ct);
        session.StartTransaction(new TransactionOptions(ReadConcern.Snapshot));
        Assert.Equal(0, (await Documents.Find(session, Filter.Eq("_id", 0)).SingleAsync(Ct))["n"].AsInt32);
        await Documents.UpdateOneAsync(Filter.Eq("_id", 0), Update.Set("n", 9), cancellationToken: Ct);
        Assert.Equal(0, (await Documents.Find(session, Filter.Eq("_id", 0)).SingleAsync(Ct))["n"].AsInt32);
        await session.CommitTransactionAsync(Ct);
    }

    [Fact]
    public async Task The_second_of_two_writers_of_one_document_gets_a_transient_error()
    {
        await InsertNumbersAsync(1);
        using var first = await Client.StartSessionAsync(cancellationToken: Ct);
        using var second = await Client.StartSessionAsync(cancellationToken: Ct);
        first.StartTransaction();
        second.StartTransaction();
        Assert.Equal(1, await Documents.CountDocumentsAsync(second, Filter.Empty, cancellationToken: Ct)); // starts the transaction's snapshot
        await Documents.UpdateOneAsync(first, Filter.Eq("_id", 0), Update.Inc("n", 1), cancellationToken: Ct);
        await first.CommitTransactionAsync(Ct);

        var conflict = await Assert.ThrowsAsync<MongoCommandException>(
            () => Documents.UpdateOneAsync(second, Filter.Eq("_id", 0), Update.Inc("n", 1), cancellationToken: Ct));
        Assert.Equal(112, conflict.Code);
        Assert.True(conflict.HasErrorLabel("TransientTransactionError"));
    }

    [Fact]
    public async Task A_failure_aborts_it()
    {
        await InsertNumbersAsync(1);
        using var session = await Client.StartSessionAsync(cancellationToken: Ct);
        session.StartTransaction();
        await Documents.InsertOneAsync(session, new BsonDocument("_id", 10), cancellationToken: Ct);
        await Assert.ThrowsAsync<MongoWriteException>(() => Documents.InsertOneAsync(session, new BsonDocument("_id", 0), cancellationToken: Ct));
        Assert.Equal(251, (await Assert.ThrowsAsync<MongoCommandException>(() => session.CommitTransactionAsync(Ct))).Code);
        Assert.Equal(1, await Documents.CountDocumentsAsync(Filter.Empty, cancellationToken: Ct));
    }

    /// <summary>All tasks change the same two documents, and the driver retries conflicting transactions.</summary>
    [Fact]
    public async Task Concurrent_transfers_lose_nothing()
    {
        await InsertNumbersAsync(2);
        await Task.WhenAll(Enumerable.Range(0, Transfers).Select(async _ =>
        {
            using var session = await Client.StartSessionAsync(cancellationToken: Ct);
            await session.WithTransactionAsync(async (s, ct) =>
            {
                var from = await Documents.Find(s, Filter.Eq("_id", 0)).SingleAsync(ct);
                await Documents.UpdateOneAsync(s, Filter.Eq("_id", 0), Update.Set("n", from["n"].AsInt32 - 1), cancellationToken: ct);
                await Documents.UpdateOneAsync(s, Filter.Eq("_id", 1), Update.Inc("n", 1), cancellationToken: ct);
                return true;
            }, cancellationToken: Ct);
        }));

        var documents = await Documents.Find(Filter.Empty).Sort(new BsonDocument("_id", 1)).ToListAsync(Ct);
        Assert.Equal([-Transfers, 1 + Transfers], documents.Select(d => d["n"].AsInt32));
    }
}
