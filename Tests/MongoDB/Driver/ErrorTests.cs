using MongoDB.Bson;
using MongoDB.Driver;

namespace Tests.MongoDB.Driver;

/// <summary>Errors are reported as by MongoDB, because drivers and applications depend on the exception, its category and its code.</summary>
[Collection(SharedMongoDBServer.Name)]
[Trait("Category", "Cluster")]
public sealed class ErrorTests(MongoDBServer server) : DriverTests(server)
{
    private const string Password = "Str0ng!enough-Pa55word";
    private static readonly FilterDefinitionBuilder<BsonDocument> Filter = Builders<BsonDocument>.Filter;
    private static readonly UpdateDefinitionBuilder<BsonDocument> Update = Builders<BsonDocument>.Update;

    [Theory]
    [InlineData("{ $inc: { key: 1 } }", "{ key: 2 }")]
    [InlineData("{ $set: { key: 2 } }", "{ key: 2 }")]
    [InlineData("{ key: [5, 2] }", "{ key: 2 }")]
    [InlineData("[{ $set: { key: { $add: ['$key', 1] } } }]", "{ key: 2 }")]
    public async Task A_duplicate_key_by_an_update(string update, string value)
    {
        await CreateUniqueIndexAsync("key");
        await Documents.InsertManyAsync([BsonDocument.Parse("{ _id: 1, key: 1 }"), BsonDocument.Parse("{ _id: 2, key: [2, 3] }")], cancellationToken: Ct);

        var reply = await RunAsync(Database, $"{{ update: 'documents', updates: [{{ q: {{ _id: 1 }}, u: {update} }}] }}");

        var error = reply["writeErrors"][0].AsBsonDocument;

        Assert.Equal((11000, BsonDocument.Parse("{ key: 1 }"), BsonDocument.Parse(value)),
            (error["code"].AsInt32, error["keyPattern"].AsBsonDocument, error["keyValue"].AsBsonDocument));
        Assert.Equal($"E11000 duplicate key error collection: {Documents.CollectionNamespace} index: key_1 dup key: {value}", error["errmsg"].AsString);
    }

    [Fact]
    public async Task A_duplicate_key_by_each_command()
    {
        await CreateUniqueIndexAsync("key");
        await Documents.InsertManyAsync([new("key", 7), new("key", new BsonArray { 8, "é" })], cancellationToken: Ct);

        var insert = await Assert.ThrowsAsync<MongoWriteException>(
            () => Documents.InsertOneAsync(new("key", new BsonArray { 9, "é" }), cancellationToken: Ct));
        Assert.Equal((ServerErrorCategory.DuplicateKey, 11000), (insert.WriteError.Category, insert.WriteError.Code));
        Assert.EndsWith("index: key_1 dup key: { key: \"é\" }", insert.WriteError.Message, StringComparison.Ordinal);

        var replace = await Assert.ThrowsAsync<MongoCommandException>(
            () => Documents.FindOneAndReplaceAsync(Filter.Eq("key", 7), new("key", 8), cancellationToken: Ct));
        Assert.Equal((11000, BsonDocument.Parse("{ key: 1 }"), BsonDocument.Parse("{ key: 8 }")),
            (replace.Code, replace.Result["keyPattern"].AsBsonDocument, replace.Result["keyValue"].AsBsonDocument));

        await Documents.UpdateManyAsync(Filter.Empty, Update.Set("other", "same"), cancellationToken: Ct);
        var index = await Assert.ThrowsAsync<MongoCommandException>(() => CreateUniqueIndexAsync("other"));
        Assert.Equal((11000, BsonDocument.Parse("{ other: 'same' }")), (index.Code, index.Result["keyValue"].AsBsonDocument));
    }

    [Fact]
    public async Task A_document_that_is_not_valid()
    {
        await Database.CreateCollectionAsync("documents", new CreateCollectionOptions<BsonDocument> { Validator = Filter.Gte("n", 0) }, Ct);
        var error = await Assert.ThrowsAsync<MongoWriteException>(() => Documents.InsertOneAsync(new("n", -1), cancellationToken: Ct));
        Assert.Equal((ServerErrorCategory.Uncategorized, 121), (error.WriteError.Category, error.WriteError.Code));
    }

    [Fact]
    public async Task A_read_only_user()
    {
        var user = $"reader-{Guid.NewGuid():N}";
        await InsertNumbersAsync(1);
        await RunAsync(Client.GetDatabase("admin"), $"{{ createUser: '{user}', pwd: '{Password}', roles: [{{ role: 'readAnyDatabase', db: 'admin' }}] }}");
        try
        {
            using var client = NewClient(settings => settings.Credential = MongoCredential.CreateCredential("admin", user, Password));
            var documents = client.GetDatabase(Database.DatabaseNamespace.DatabaseName).GetCollection<BsonDocument>("documents");
            Assert.Equal(1, await documents.CountDocumentsAsync(Filter.Empty, cancellationToken: Ct));
            var error = await Assert.ThrowsAsync<MongoCommandException>(() => documents.InsertOneAsync(new("_id", 5), cancellationToken: Ct));
            Assert.Equal((13, "Unauthorized"), (error.Code, error.CodeName));
            error = await Assert.ThrowsAsync<MongoCommandException>(
                () => documents.UpdateOneAsync(Filter.Eq("_id", 0), Update.Set("n", 1), cancellationToken: Ct));
            Assert.Equal(13, error.Code);
        }
        finally
        {
            await Client.GetDatabase("admin").RunCommandAsync<BsonDocument>(new BsonDocument("dropUser", user), cancellationToken: CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_wrong_password()
    {
        using var client = NewClient(settings => settings.Credential = MongoCredential.CreateCredential("admin", settings.Credential.Username, "wrong"));
        await Assert.ThrowsAsync<MongoAuthenticationException>(() => RunAsync(client.GetDatabase("admin"), "{ ping: 1 }"));
    }

    [Theory]
    [InlineData("{ noSuchCommand: 1 }", 59, "CommandNotFound")]
    [InlineData("{ find: 'documents', filter: { $nonsense: 1 } }", 2, "BadValue")]
    [InlineData("{ aggregate: 'documents', pipeline: [{ $nonsense: {} }], cursor: {} }", 40324, "Location40324")]
    [InlineData("{ insert: 'documents', documents: [{ _id: 1 }], nonsense: 1 }", 40415, "Location40415")]
    [InlineData("{ dropIndexes: 'documents', index: 'none' }", 27, "IndexNotFound")]
    [InlineData("{ insert: 'documents', documents: [{ _id: 1 }], writeConcern: { w: 'none' } }", 79, "UnknownReplWriteConcern")]
    [InlineData("{ renameCollection: 'a.b', to: 'a.c' }", 26, "NamespaceNotFound")]
    public async Task A_command_that_is_not_valid(string command, int code, string name)
    {
        await InsertNumbersAsync(1);
        var error = await Assert.ThrowsAsync<MongoCommandException>(() => RunAsync(Database, command));
        Assert.Equal((code, name), (error.Code, error.CodeName));
    }

    /// <summary>Ignoring these options would give a different result than MongoDB.</summary>
    [Theory]
    [InlineData("{ find: 'documents', min: { n: 1 }, hint: { n: 1 } }", 238)]
    [InlineData("{ find: 'documents', max: { n: 1 }, hint: { n: 1 } }", 238)]
    [InlineData("{ find: 'documents', returnKey: true }", 115)]
    [InlineData("{ find: 'documents', showRecordId: true }", 115)]
    [InlineData("{ find: 'documents', tailable: true }", 2)]
    [InlineData("{ find: 'documents', hint: { $natural: -1 } }", 238)]
    [InlineData("{ find: 'documents', hint: 'none' }", 2)]
    [InlineData("{ find: 'documents', readConcern: { level: 'snapshot' } }", 238)]
    [InlineData("{ aggregate: 'documents', pipeline: [], explain: true }", 238)]
    [InlineData("{ distinct: 'documents', key: 'n', collation: { locale: 'en' } }", 115)]
    [InlineData("{ delete: 'documents', deletes: [{ q: { s: 'A' }, limit: 0, collation: { locale: 'en', strength: 1 } }] }", 238)]
    [InlineData("{ update: 'documents', updates: [{ q: { n: 1 }, u: { $set: { n: 2 } }, hint: 'none' }] }", 238)]
    [InlineData("{ findAndModify: 'documents', query: {}, remove: true, hint: 'none' }", 115)]
    [InlineData("{ create: 'other', capped: true, size: 1000 }", 115)]
    [InlineData("{ create: 'other', expireAfterSeconds: 10 }", 72)]
    [InlineData("{ createIndexes: 'documents', indexes: [{ key: { n: 1 }, name: 'n', hidden: true }] }", 115)]
    public async Task An_option_that_is_not_supported(string command, int code)
    {
        await InsertNumbersAsync(1);
        Assert.Equal(code, (await Assert.ThrowsAsync<MongoCommandException>(() => RunAsync(Database, command))).Code);
    }

    [Fact]
    public async Task A_cursor_that_no_longer_exists()
    {
        await InsertNumbersAsync(10);
        using var cursor = await Documents.FindAsync(Filter.Empty, new FindOptions<BsonDocument> { BatchSize = 2 }, Ct);
        Assert.True(await cursor.MoveNextAsync(Ct));
        var id = (await RunAsync(Database, "{ find: 'documents', batchSize: 2 }"))["cursor"]["id"].AsInt64;
        var killed = await RunAsync(Database, $"{{ killCursors: 'documents', cursors: [NumberLong('{id}'), NumberLong(77)] }}");
        Assert.Equal((id, 77L), (killed["cursorsKilled"][0].AsInt64, killed["cursorsNotFound"][0].AsInt64));

        var error = await Assert.ThrowsAsync<MongoCommandException>(() => RunAsync(Database, $"{{ getMore: NumberLong('{id}'), collection: 'documents' }}"));
        Assert.Equal((43, "CursorNotFound"), (error.Code, error.CodeName));
        Assert.True(await cursor.MoveNextAsync(Ct)); // the other one continues
    }

    [Fact]
    public async Task A_command_that_takes_too_long()
    {
        await InsertNumbersAsync(1);
        var slow = new BsonDocument[]
        {
            BsonDocument.Parse("{ $project: { a: { $range: [0, 3000] } } }"), BsonDocument.Parse("{ $unwind: '$a' }"),
            BsonDocument.Parse("{ $project: { b: { $range: [0, 3000] } } }"), BsonDocument.Parse("{ $unwind: '$b' }"), BsonDocument.Parse("{ $count: 'n' }"),
        };
        var error = await Assert.ThrowsAsync<MongoExecutionTimeoutException>(
            () => Documents.Aggregate<BsonDocument>(slow, new AggregateOptions { MaxTime = TimeSpan.FromMilliseconds(50) }, Ct).ToListAsync(Ct));
        Assert.Equal((50, "MaxTimeMSExpired"), (error.Code, error.CodeName));
    }

    private static Task<BsonDocument> RunAsync(IMongoDatabase database, string command)
        => database.RunCommandAsync<BsonDocument>(BsonDocument.Parse(command), cancellationToken: Ct);
}
