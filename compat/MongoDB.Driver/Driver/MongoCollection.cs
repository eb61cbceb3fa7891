using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;

namespace MongoDB.Driver;

/// <summary>A collection.</summary>
internal sealed class MongoCollection<TDocument>(MongoDatabase database, Executor executor, CollectionNamespace name, MongoCollectionSettings settings)
    : IMongoCollection<TDocument>
{
    private readonly Codec<TDocument> _codec = Codec<TDocument>.Instance;

    public CollectionNamespace CollectionNamespace { get; } = name;

    public IMongoDatabase Database => database;

    public IMongoIndexManager<TDocument> Indexes => new IndexManager<TDocument>(executor, CollectionNamespace, WriteConcern);

    public MongoCollectionSettings Settings { get; } = new()
    {
        ReadConcern = settings.ReadConcern ?? database.Settings.ReadConcern,
        ReadPreference = settings.ReadPreference ?? database.Settings.ReadPreference,
        WriteConcern = settings.WriteConcern ?? database.Settings.WriteConcern,
    };

    private WriteConcern WriteConcern => Settings.WriteConcern!;

    private ExecuteOptions Reading => new() { ReadPreference = Settings.ReadPreference, MayRetry = true };

    public Task<IAsyncCursor<TResult>> AggregateAsync<TResult>(
        PipelineDefinition<TDocument, TResult> pipeline, AggregateOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        var stages = pipeline.Render();
        var writes = stages.Count > 0 && stages[^1].ElementCount > 0 && stages[^1].GetElement(0).Name is "$out" or "$merge";
        var cursor = new BsonDocument();
        if (!writes) cursor.With("batchSize", options?.BatchSize);
        var body = new BsonDocument { { "aggregate", CollectionNamespace.CollectionName }, { "pipeline", new BsonArray(stages) }, { "cursor", cursor } }
            .With("allowDiskUse", options?.AllowDiskUse)
            .With("collation", options?.Collation?.ToBsonDocument())
            .With("comment", options?.Comment)
            .With("hint", options?.Hint)
            .With("let", options?.Let)
            .WithMaxTime(options?.MaxTime)
            .WithConcern(Settings.ReadConcern);
        if (writes) body.WithConcern(WriteConcern);
        return Cursor<TResult>.OpenAsync(executor, Message(body), writes ? null : Settings.ReadPreference, options?.BatchSize, cancellationToken);
    }

    public async Task<BulkWriteResult<TDocument>> BulkWriteAsync(
        IEnumerable<WriteModel<TDocument>> requests, BulkWriteOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        List<WriteModel<TDocument>> all = [.. requests];
        if (all.Count == 0) throw new ArgumentException("Must contain at least 1 request.", nameof(requests));
        return await new BulkWriter<TDocument>(executor, CollectionNamespace, WriteConcern, options ?? new()).RunAsync(all, cancellationToken)
            .ConfigureAwait(false);
    }

    public async Task<long> CountDocumentsAsync(FilterDefinition<TDocument> filter, CountOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var stages = new BsonArray { new BsonDocument("$match", filter.Render()) };
        if (options?.Skip is { } skip) stages.Add(new BsonDocument("$skip", skip));
        if (options?.Limit is { } limit) stages.Add(new BsonDocument("$limit", limit));
        stages.Add(new BsonDocument("$group", new BsonDocument { { "_id", 1 }, { "n", new BsonDocument("$sum", 1) } }));
        var body = new BsonDocument { { "aggregate", CollectionNamespace.CollectionName }, { "pipeline", stages }, { "cursor", new BsonDocument() } }
            .With("collation", options?.Collation?.ToBsonDocument())
            .With("hint", options?.Hint)
            .WithMaxTime(options?.MaxTime)
            .WithConcern(Settings.ReadConcern);
        var cursor = await Cursor<BsonDocument>.OpenAsync(executor, Message(body), Settings.ReadPreference, null, cancellationToken).ConfigureAwait(false);
        var counted = await cursor.FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        return counted is null ? 0 : counted["n"].ToInt64();
    }

    public Task<DeleteResult> DeleteManyAsync(FilterDefinition<TDocument> filter, CancellationToken cancellationToken = default)
        => DeleteManyAsync(filter, null, cancellationToken);

    public Task<DeleteResult> DeleteManyAsync(FilterDefinition<TDocument> filter, DeleteOptions? options, CancellationToken cancellationToken = default)
        => DeleteAsync(filter, 0, options, cancellationToken);

    public Task<DeleteResult> DeleteOneAsync(FilterDefinition<TDocument> filter, CancellationToken cancellationToken = default)
        => DeleteOneAsync(filter, null, cancellationToken);

    public Task<DeleteResult> DeleteOneAsync(FilterDefinition<TDocument> filter, DeleteOptions? options, CancellationToken cancellationToken = default)
        => DeleteAsync(filter, 1, options, cancellationToken);

    public async Task<IAsyncCursor<TField>> DistinctAsync<TField>(
        FieldDefinition<TDocument, TField> field, FilterDefinition<TDocument> filter, DistinctOptions? options = null,
            CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(filter);
        var path = field.Render();
        var body = new BsonDocument { { "distinct", CollectionNamespace.CollectionName }, { "key", path.Name }, { "query", filter.Render() } }
            .With("collation", options?.Collation?.ToBsonDocument())
            .WithMaxTime(options?.MaxTime)
            .WithConcern(Settings.ReadConcern);
        var codec = path.Codec as Codec<TField> ?? Codec<TField>.Instance;
        var values = await executor.RunAsync(Message(body), Reading, (reader, _) => ReadElement(reader, "values"u8, array =>
        {
            var list = new List<TField>();
            array.ReadStartArray();
            while (array.ReadBsonType() != BsonType.EndOfDocument) list.Add(codec.Read(array));
            array.ReadEndArray();
            return list;
        }), cancellationToken).ConfigureAwait(false);
        return new ListCursor<TField>(values ?? []);
    }

    public async Task<long> EstimatedDocumentCountAsync(EstimatedDocumentCountOptions? options = null, CancellationToken cancellationToken = default)
    {
        var body = new BsonDocument("count", CollectionNamespace.CollectionName).WithMaxTime(options?.MaxTime).WithConcern(Settings.ReadConcern);
        var reply = await executor.RunAsync(Message(body), Reading, cancellationToken).ConfigureAwait(false);
        return reply["n"].ToInt64();
    }

    public Task<IAsyncCursor<TProjection>> FindAsync<TProjection>(
        FilterDefinition<TDocument> filter, FindOptions<TDocument, TProjection>? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var body = new BsonDocument { { "find", CollectionNamespace.CollectionName }, { "filter", filter.Render() } };
        if (options is not null)
        {
            body.With("sort", options.Sort?.Render())
                .With("projection", options.Projection?.Render())
                .With("skip", options.Skip)
                .With("limit", options.Limit is { } limit ? Math.Abs(limit) : null)
                .With("singleBatch", options.Limit < 0 ? true : null)
                .With("batchSize", options.BatchSize)
                .With("allowDiskUse", options.AllowDiskUse)
                .With("collation", options.Collation?.ToBsonDocument())
                .With("comment", options.Comment)
                .With("hint", options.Hint)
                .With("noCursorTimeout", options.NoCursorTimeout)
                .WithMaxTime(options.MaxTime);
        }

        body.WithConcern(Settings.ReadConcern);
        return Cursor<TProjection>.OpenAsync(executor, Message(body), Settings.ReadPreference, options?.BatchSize, cancellationToken);
    }

    public Task<TProjection> FindOneAndDeleteAsync<TProjection>(
        FilterDefinition<TDocument> filter, FindOneAndDeleteOptions<TDocument, TProjection>? options = null, CancellationToken cancellationToken = default)
        => FindAndModifyAsync(filter, options, body => body.Add("remove", true), cancellationToken);

    public Task<TProjection> FindOneAndReplaceAsync<TProjection>(
        FilterDefinition<TDocument> filter,
        TDocument replacement,
        FindOneAndReplaceOptions<TDocument, TProjection>? options = null,
        CancellationToken cancellationToken = default)
        => FindAndModifyAsync(
            filter,
            options,
            body => body.Add("update", replacement.ToBsonDocument())
                .With("new", options?.ReturnDocument == ReturnDocument.After ? true : null)
                .With("upsert", options?.IsUpsert == true ? true : null)
                .With("bypassDocumentValidation", options?.BypassDocumentValidation),
            cancellationToken);

    public Task<TProjection> FindOneAndUpdateAsync<TProjection>(
        FilterDefinition<TDocument> filter,
        UpdateDefinition<TDocument> update,
        FindOneAndUpdateOptions<TDocument, TProjection>? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(update);
        return FindAndModifyAsync(
            filter,
            options,
            body => body.Add("update", WriteCommands.Checked(update.Render()))
                .With("new", options?.ReturnDocument == ReturnDocument.After ? true : null)
                .With("upsert", options?.IsUpsert == true ? true : null)
                .With("bypassDocumentValidation", options?.BypassDocumentValidation)
                .With("arrayFilters", WriteCommands.ArrayFilters(options?.ArrayFilters)),
            cancellationToken);
    }

    public async Task InsertOneAsync(TDocument document, InsertOneOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(document);
        _codec.AssignId(document);
        await WriteOneAsync("insert", writer => _codec.Write(writer, document), options?.BypassDocumentValidation, options?.Comment, true, cancellationToken)
            .ConfigureAwait(false);
    }

    public async Task InsertManyAsync(IEnumerable<TDocument> documents, InsertManyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        await BulkWriteAsync(
            documents.Select(static document => new InsertOneModel<TDocument>(document)),
            new BulkWriteOptions { BypassDocumentValidation = options?.BypassDocumentValidation, Comment = options?.Comment, IsOrdered = options?.IsOrdered
                ?? true },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<ReplaceOneResult> ReplaceOneAsync(
        FilterDefinition<TDocument> filter, TDocument replacement, ReplaceOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(replacement);
        var reply = await WriteOneAsync(
            "update",
            writer => WriteCommands.Replace(writer, filter.Render(), _codec, replacement, options?.IsUpsert ?? false, options?.Collation, options?.Hint),
            options?.BypassDocumentValidation,
            null,
            true,
            cancellationToken).ConfigureAwait(false);
        if (!WriteConcern.IsAcknowledged) return ReplaceOneResult.Unacknowledged.Instance;
        var (matched, modified, id) = UpdateCounts(reply);
        return new ReplaceOneResult.Acknowledged(matched, modified, id);
    }

    public Task<UpdateResult> UpdateManyAsync(
        FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update, UpdateOptions? options = null, CancellationToken cancellationToken = default)
        => UpdateAsync(filter, update, true, options, cancellationToken);

    public Task<UpdateResult> UpdateOneAsync(
        FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update, UpdateOptions? options = null, CancellationToken cancellationToken = default)
        => UpdateAsync(filter, update, false, options, cancellationToken);

    public IMongoCollection<TDocument> WithReadConcern(ReadConcern readConcern) => With(readConcern, Settings.ReadPreference, Settings.WriteConcern);

    public IMongoCollection<TDocument> WithReadPreference(ReadPreference readPreference) => With(Settings.ReadConcern, readPreference, Settings.WriteConcern);

    public IMongoCollection<TDocument> WithWriteConcern(WriteConcern writeConcern) => With(Settings.ReadConcern, Settings.ReadPreference, writeConcern);

    private MongoCollection<TDocument> With(ReadConcern? readConcern, ReadPreference? readPreference, WriteConcern? writeConcern) => new(
        database, executor, CollectionNamespace, new() { ReadConcern = readConcern, ReadPreference = readPreference, WriteConcern = writeConcern });

    private CommandMessage Message(BsonDocument body) => new(CollectionNamespace.DatabaseNamespace.DatabaseName, body);

    private static (long Matched, long Modified, BsonValue? UpsertedId) UpdateCounts(BsonDocument reply)
    {
        var upserted = reply.GetValue("upserted", BsonNull.Value) as BsonArray;
        var n = reply.GetValue("n", 0).ToInt64();
        return (n - (upserted?.Count ?? 0), reply.GetValue("nModified", 0).ToInt64(), upserted is { Count: > 0 } ? upserted[0]["_id"] : null);
    }

    private async Task<DeleteResult> DeleteAsync(FilterDefinition<TDocument> filter, int limit, DeleteOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var statement = WriteCommands.Delete(filter.Render(), limit, options?.Collation, options?.Hint);
        var reply = await WriteOneAsync("delete", statement.WriteTo, null, null, limit == 1, cancellationToken).ConfigureAwait(false);
        return WriteConcern.IsAcknowledged ? new DeleteResult.Acknowledged(reply.GetValue("n", 0).ToInt64()) : DeleteResult.Unacknowledged.Instance;
    }

    private async Task<UpdateResult> UpdateAsync(
        FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update, bool multi, UpdateOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(update);
        var statement = WriteCommands.Update(
            filter.Render(), update.Render(), multi, options?.IsUpsert ?? false, options?.Collation, options?.Hint, options?.ArrayFilters);
        var reply = await WriteOneAsync("update", statement.WriteTo, options?.BypassDocumentValidation, null, !multi, cancellationToken).ConfigureAwait(false);
        if (!WriteConcern.IsAcknowledged) return UpdateResult.Unacknowledged.Instance;
        var (matched, modified, id) = UpdateCounts(reply);
        return new UpdateResult.Acknowledged(matched, modified, id);
    }

    // One statement as one command; its error is the operation's.
    private async Task<BsonDocument> WriteOneAsync(
        string kind, Action<BsonBinaryWriter> write, bool? bypass, BsonValue? comment, bool mayRetry, CancellationToken cancellationToken)
    {
        using var writer = new BsonBinaryWriter();
        write(writer);
        var sizeMax = BsonLimits.DocumentBytesMax + (kind == "insert" ? 0 : BsonLimits.DocumentBytesMax);
        if (writer.Position > sizeMax) throw new FormatException($"Size {writer.Position} is larger than MaxDocumentSize {BsonLimits.DocumentBytesMax}.");
        var message = WriteCommands.Message(kind, CollectionNamespace, writer.Written, true, bypass, comment, WriteConcern);
        var reply = await executor.RunAsync(message, new ExecuteOptions { MayRetry = mayRetry }, cancellationToken).ConfigureAwait(false);
        if (!WriteConcern.IsAcknowledged) return reply;
        var error = reply.GetValue("writeErrors", BsonNull.Value) is BsonArray { Count: > 0 } errors ? new WriteError(errors[0].AsBsonDocument) : null;
        var concernError = reply.GetValue("writeConcernError", BsonNull.Value) is BsonDocument unsafeWrite ? new WriteConcernError(unsafeWrite) : null;
        if (error is null && concernError is null) return reply;
        throw new MongoWriteException(error, concernError, new MongoCommandException($"Command {kind} failed.", message.Summary, reply));
    }

    private async Task<TProjection> FindAndModifyAsync<TProjection>(
        FilterDefinition<TDocument> filter,
        FindOneAndModifyOptions<TDocument, TProjection>? options,
        Action<BsonDocument> change,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var body = new BsonDocument { { "findAndModify", CollectionNamespace.CollectionName }, { "query", filter.Render() } };
        change(body);
        body.With("sort", options?.Sort?.Render())
            .With("fields", options?.Projection?.Render())
            .With("collation", options?.Collation?.ToBsonDocument())
            .With("hint", options?.Hint)
            .WithMaxTime(options?.MaxTime)
            .WithConcern(WriteConcern);
        return (await executor.RunAsync(
            Message(body),
            new ExecuteOptions { MayRetry = true },
            static (reader, _) => ReadElement(reader, "value"u8, static value =>
            {
                if (value.CurrentBsonType != BsonType.Null) return Codec<TProjection>.Instance.Read(value);
                value.ReadNull();
                return default;
            }),
            cancellationToken).ConfigureAwait(false))!;
    }

    private static TValue? ReadElement<TValue>(BsonBinaryReader reader, ReadOnlySpan<byte> name, Func<BsonBinaryReader, TValue?> read)
    {
        var found = default(TValue);
        reader.ReadStartDocument();
        while (reader.ReadBsonType() != BsonType.EndOfDocument)
        {
            if (reader.NameUtf8.SequenceEqual(name)) found = read(reader);
            else reader.SkipValue();
        }

        reader.ReadEndDocument();
        return found;
    }
}

/// <summary>The indexes of a collection.</summary>
internal sealed class IndexManager<TDocument>(Executor executor, CollectionNamespace name, WriteConcern concern) : IMongoIndexManager<TDocument>
{
    public Task<IEnumerable<string>> CreateManyAsync(IEnumerable<CreateIndexModel<TDocument>> models, CancellationToken cancellationToken = default)
        => CreateManyAsync(models, null, cancellationToken);

    public async Task<IEnumerable<string>> CreateManyAsync(
        IEnumerable<CreateIndexModel<TDocument>> models, CreateManyIndexesOptions? options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(models);
        List<BsonDocument> indexes = [.. models.Select(Render)];
        if (indexes.Count == 0) throw new ArgumentException("Must contain at least 1 request.", nameof(models));
        var body = new BsonDocument { { "createIndexes", name.CollectionName }, { "indexes", new BsonArray(indexes) } }.WithMaxTime(options?.MaxTime)
            .WithConcern(concern);
        await RunAsync(body, cancellationToken).ConfigureAwait(false);
        return indexes.ConvertAll(static index => index["name"].AsString);
    }

    public async Task<string> CreateOneAsync(CreateIndexModel<TDocument> model, CreateOneIndexOptions? options = null,
        CancellationToken cancellationToken = default)
        => (await CreateManyAsync([model], new CreateManyIndexesOptions { MaxTime = options?.MaxTime }, cancellationToken).ConfigureAwait(false)).First();

    public Task DropAllAsync(CancellationToken cancellationToken = default) => DropAsync("*", cancellationToken);

    public Task DropOneAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name == "*" ? throw new ArgumentException("Use DropAllAsync.", nameof(name)) : DropAsync(name, cancellationToken);
    }

    public async Task<IAsyncCursor<BsonDocument>> ListAsync(CancellationToken cancellationToken = default)
    {
        var body = new BsonDocument { { "listIndexes", name.CollectionName }, { "cursor", new BsonDocument() } };
        try
        {
            var message = new CommandMessage(name.DatabaseNamespace.DatabaseName, body);
            return await Cursor<BsonDocument>.OpenAsync(executor, message, ReadPreference.Primary, null, cancellationToken).ConfigureAwait(false);
        }
        catch (MongoCommandException e) when (e.Code == 26)
        {
            return new ListCursor<BsonDocument>([]);
        }
    }

    private Task<BsonDocument> DropAsync(string index, CancellationToken cancellationToken)
        => RunAsync(new BsonDocument { { "dropIndexes", name.CollectionName }, { "index", index } }.WithConcern(concern), cancellationToken);

    private Task<BsonDocument> RunAsync(BsonDocument body, CancellationToken cancellationToken)
        => executor.RunAsync(new CommandMessage(name.DatabaseNamespace.DatabaseName, body), default, cancellationToken);

    private static BsonDocument Render(CreateIndexModel<TDocument> model)
    {
        var keys = model.Keys.Render();
        var options = model.Options;
        var index = new BsonDocument
        {
            { "key", keys },
            { "name", options?.Name ?? string.Join('_', keys.Select(static key => $"{key.Name}_{key.Value}")) },
        };
        if (options is null) return index;
        return index.With("background", options.Background)
            .With("collation", options.Collation?.ToBsonDocument())
            .With("default_language", options.DefaultLanguage)
            .With("expireAfterSeconds", options.ExpireAfter is { } age ? (int)age.TotalSeconds : null)
            .With("hidden", options.Hidden)
            .With("partialFilterExpression", (options as CreateIndexOptions<TDocument>)?.PartialFilterExpression?.Render())
            .With("sparse", options.Sparse)
            .With("unique", options.Unique)
            .With("weights", options.Weights);
    }
}
