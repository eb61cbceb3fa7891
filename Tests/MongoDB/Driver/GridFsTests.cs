using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.GridFS;

namespace Tests.MongoDB.Driver;

[Collection(SharedMongoDBServer.Name)]
[Trait("Category", "Cluster")]
public sealed class GridFsTests(MongoDBServer server) : DriverTests(server)
{
    private const int Seed = 3, ChunkBytes = 100_000, FileBytes = 2_345_678;

    [Fact]
    public async Task A_file_is_stored_read_in_part_renamed_and_deleted()
    {
        var bucket = new GridFSBucket(Database, new GridFSBucketOptions { ChunkSizeBytes = ChunkBytes });
        var content = new byte[FileBytes];
        new Random(Seed).NextBytes(content);

        var id = await bucket.UploadFromBytesAsync("photo", content, new GridFSUploadOptions { Metadata = new BsonDocument("by", "test") }, Ct);
        await bucket.UploadFromBytesAsync("photo", [1, 2, 3], cancellationToken: Ct);

        Assert.Equal(content, await bucket.DownloadAsBytesAsync(id, cancellationToken: Ct));
        Assert.Equal([1, 2, 3], await bucket.DownloadAsBytesByNameAsync("photo", cancellationToken: Ct)); // the latest revision of that name
        await using (var stream = await bucket.OpenDownloadStreamAsync(id, new GridFSDownloadOptions { Seekable = true }, Ct))
        {
            stream.Seek(1_234_567, SeekOrigin.Begin);
            var part = new byte[150_000];
            await stream.ReadExactlyAsync(part, Ct);
            Assert.Equal(content[1_234_567..1_384_567], part);
        }

        await bucket.RenameAsync(id, "picture", Ct);
        var file = await (await bucket.FindAsync(Builders<GridFSFileInfo>.Filter.Eq(f => f.Filename, "picture"), cancellationToken: Ct)).SingleAsync(Ct);
        Assert.Equal((FileBytes, "test"), (file.Length, file.Metadata["by"].AsString));
        await bucket.DeleteAsync(id, Ct);
        await Assert.ThrowsAsync<GridFSFileNotFoundException>(() => bucket.DownloadAsBytesAsync(id, cancellationToken: Ct));
        var chunks = Database.GetCollection<BsonDocument>("fs.chunks");
        Assert.Equal(1, await chunks.CountDocumentsAsync(FilterDefinition<BsonDocument>.Empty, cancellationToken: Ct));
    }
}
