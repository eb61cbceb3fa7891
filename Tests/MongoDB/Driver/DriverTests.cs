using MongoDB.Bson;
using MongoDB.Driver;

namespace Tests.MongoDB.Driver;

/// <summary>A client of the official C# driver with its usual settings, and a database per test.</summary>
public abstract class DriverTests : IAsyncLifetime
{
    private readonly string _connectionString;

    protected DriverTests(MongoDBServer server)
    {
        _connectionString = server.ConnectionString;
        Client = new MongoClient(_connectionString);
        Database = Client.GetDatabase($"driver-{Guid.NewGuid():N}");
    }

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected MongoClient Client { get; }

    protected IMongoDatabase Database { get; }

    /// <summary>Returns a collection of the test's database.</summary>
    protected IMongoCollection<BsonDocument> Documents => Database.GetCollection<BsonDocument>("documents");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Client.DropDatabaseAsync(Database.DatabaseNamespace.DatabaseName, CancellationToken.None);
        Client.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Creates another client of the same server.</summary>
    protected MongoClient NewClient(Action<MongoClientSettings> change)
    {
        var settings = MongoClientSettings.FromConnectionString(_connectionString);
        change(settings);
        return new MongoClient(settings);
    }

    /// <summary>Creates documents with an <c>_id</c> counting from 0 and a field <c>n</c> with the same value.</summary>
    protected Task InsertNumbersAsync(int count)
        => Documents.InsertManyAsync(Enumerable.Range(0, count).Select(i => new BsonDocument { { "_id", i }, { "n", i } }), cancellationToken: Ct);

    protected Task CreateUniqueIndexAsync(string field) => Documents.Indexes.CreateOneAsync(
        new CreateIndexModel<BsonDocument>(new BsonDocument(field, 1), new CreateIndexOptions { Unique = true }), cancellationToken: Ct);
}
