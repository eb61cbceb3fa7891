using MongoDB.Bson;
using MongoDB.Driver;

namespace Tests.MongoDB.Driver;

[Collection(SharedMongoDBServer.Name)]
[Trait("Category", "Cluster")]
public sealed class LargeDocumentTests(MongoDBServer server) : DriverTests(server)
{
    private const int DocumentBytesMax = 16 * 1024 * 1024, Seed = 16;

    [Fact]
    public async Task The_largest_document_is_stored_and_read()
    {
        var document = OfSize(DocumentBytesMax, 1);
        await Documents.InsertOneAsync(document, cancellationToken: Ct);
        Assert.Equal(document, await Documents.Find(new BsonDocument("_id", 1)).SingleAsync(Ct));
        Assert.Equal(document, await Documents.Find(new BsonDocument("large", true)).SingleAsync(Ct));
    }

    [Fact]
    public async Task A_larger_one_is_rejected_and_the_connection_stays_open()
    {
        using var client = NewClient(settings => settings.MaxConnectionPoolSize = 1);
        var database = client.GetDatabase(Database.DatabaseNamespace.DatabaseName);
        var documents = database.GetCollection<BsonDocument>("documents");
        // The driver itself would reject it in its own method.
        var insert = new BsonDocument { { "insert", "documents" }, { "documents", new BsonArray { OfSize(DocumentBytesMax + 1, 1) } } };
        var refused = await Assert.ThrowsAsync<MongoCommandException>(() => database.RunCommandAsync<BsonDocument>(insert, cancellationToken: Ct));
        Assert.Equal(2, refused.Code);
        await documents.InsertOneAsync(OfSize(DocumentBytesMax - 100, 2), cancellationToken: Ct);
        var update = Builders<BsonDocument>.Update.Set("more", new string('x', 200));
        var grown = await Assert.ThrowsAsync<MongoWriteException>(() => documents.UpdateOneAsync(new BsonDocument("_id", 2), update, cancellationToken: Ct));
        Assert.Equal(17419, grown.WriteError.Code);
        Assert.Equal(1, await documents.CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty, cancellationToken: Ct));
    }

    [Fact]
    public async Task A_batch_larger_than_a_message_is_sent_in_parts_and_read_in_parts()
    {
        await Documents.InsertManyAsync(Enumerable.Range(0, 7).Select(i => OfSize(10_000_000, i)), cancellationToken: Ct);
        var sizes = (await Documents.Find(FilterDefinition<BsonDocument>.Empty).ToListAsync(Ct)).Select(d => d.ToBson().Length);
        Assert.Equal(Enumerable.Repeat(10_000_000, 7), sizes);
    }

    private static BsonDocument OfSize(int bytes, int id)
    {
        var document = new BsonDocument { { "_id", id }, { "large", true }, { "content", Array.Empty<byte>() } };
        var content = new byte[bytes - document.ToBson().Length];
        new Random(Seed).NextBytes(content);
        document["content"] = content;
        Assert.Equal(bytes, document.ToBson().Length);
        return document;
    }
}
