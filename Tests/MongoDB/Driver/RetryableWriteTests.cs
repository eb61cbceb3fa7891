using System.Net;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Tests.MongoDB.Driver;

/// <summary>A write whose reply is lost is retried by the driver and must be executed only once.</summary>
[Collection(SharedMongoDBServer.Name)]
[Trait("Category", "Cluster")]
public sealed class RetryableWriteTests : DriverTests, IAsyncDisposable
{
    private static readonly FilterDefinition<BsonDocument> First = Builders<BsonDocument>.Filter.Eq("_id", 0);
    private static readonly UpdateDefinition<BsonDocument> Increment = Builders<BsonDocument>.Update.Inc("n", 1);
    private readonly CuttingProxy _proxy;
    private readonly MongoClient _client;
    private readonly IMongoCollection<BsonDocument> _documents;

    public RetryableWriteTests(MongoDBServer server) : base(server)
    {
        var address = MongoUrl.Create(server.ConnectionString).Server;
        _proxy = new CuttingProxy(new IPEndPoint(Dns.GetHostAddresses(address.Host, System.Net.Sockets.AddressFamily.InterNetwork)[0], address.Port));
        _client = NewClient(settings => settings.Server = new MongoServerAddress("127.0.0.1", _proxy.Port));
        _documents = _client.GetDatabase(Database.DatabaseNamespace.DatabaseName).GetCollection<BsonDocument>("documents");
    }

    public new async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _proxy.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Insert_and_delete()
    {
        _proxy.CutAfter("insert");
        await _documents.InsertManyAsync(Enumerable.Range(0, 10).Select(i => new BsonDocument("_id", i)), cancellationToken: Ct);
        _proxy.CutAfter("delete");
        Assert.Equal(1, (await _documents.DeleteOneAsync(First, Ct)).DeletedCount);

        Assert.Equal(2, _proxy.Cuts);
        Assert.Equal(9, await Documents.CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty, cancellationToken: Ct));
    }

    [Fact]
    public async Task Update_and_findAndModify()
    {
        await InsertNumbersAsync(1);
        _proxy.CutAfter("update");
        Assert.Equal(1, (await _documents.UpdateOneAsync(First, Increment, cancellationToken: Ct)).ModifiedCount);
        _proxy.CutAfter("findAndModify");
        Assert.Equal(1, (await _documents.FindOneAndUpdateAsync(First, Increment, cancellationToken: Ct))["n"].AsInt32);

        Assert.Equal(2, _proxy.Cuts);
        Assert.Equal(2, (await Documents.Find(First).SingleAsync(Ct))["n"].AsInt32);
    }

    [Fact]
    public async Task BulkWrite()
    {
        await InsertNumbersAsync(1);
        _proxy.CutAfter("bulkWrite");
        var result = await _client.BulkWriteAsync(
            [
                new BulkWriteInsertOneModel<BsonDocument>(Documents.CollectionNamespace, new("_id", 5)),
                new BulkWriteUpdateOneModel<BsonDocument>(Documents.CollectionNamespace, First, Increment),
            ], cancellationToken: Ct);

        Assert.Equal((1, 1, 1), (_proxy.Cuts, result.InsertedCount, result.ModifiedCount));
        Assert.Equal(1, (await Documents.Find(First).SingleAsync(Ct))["n"].AsInt32);
    }

    [Fact]
    public async Task Commit()
    {
        using var session = await _client.StartSessionAsync(cancellationToken: Ct);
        session.StartTransaction();
        await _documents.InsertOneAsync(session, new BsonDocument("_id", 0), cancellationToken: Ct);
        _proxy.CutAfter("commitTransaction");
        await session.CommitTransactionAsync(Ct);

        Assert.Equal(1, _proxy.Cuts);
        Assert.Equal(1, await Documents.CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty, cancellationToken: Ct));
    }

    [Fact]
    public async Task Find()
    {
        await InsertNumbersAsync(1);
        _proxy.CutAfter("find");
        Assert.Equal(0, (await _documents.Find(First).SingleAsync(Ct))["n"].AsInt32);
        Assert.Equal(1, _proxy.Cuts);
    }
}
