using System.Diagnostics.CodeAnalysis;
using MongoDB.Bson;

namespace MongoDB.Driver;

/// <summary>A deployment of MongoDB. One for the life of the process: it owns the connections. Thread-safe, as all that comes from it.</summary>
/// <remarks>
/// Every operation may throw: <see cref="TimeoutException"/> (no server in time, or no connection in time), <see cref="MongoConnectionException"/> (the
/// connection
/// broke: the outcome of a write is unknown), <see cref="MongoCommandException"/> and its kin (the server said no).
/// </remarks>
public interface IMongoClient : IDisposable
{
    /// <summary>The settings, frozen.</summary>
    MongoClientSettings Settings { get; }

    /// <summary>A database; nothing is sent.</summary>
    IMongoDatabase GetDatabase(string name, MongoDatabaseSettings? settings = null);

    /// <summary>Deletes a database with all that is in it.</summary>
    Task DropDatabaseAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The names of the databases.</summary>
    Task<IAsyncCursor<string>> ListDatabaseNamesAsync(CancellationToken cancellationToken = default);
}

/// <summary>A database.</summary>
public interface IMongoDatabase
{
    /// <summary>Whose it is.</summary>
    IMongoClient Client { get; }

    /// <summary>The name.</summary>
    DatabaseNamespace DatabaseNamespace { get; }

    /// <summary>The settings.</summary>
    MongoDatabaseSettings Settings { get; }

    /// <summary>A collection; nothing is sent.</summary>
    IMongoCollection<TDocument> GetCollection<TDocument>(string name, MongoCollectionSettings? settings = null);

    /// <summary>Makes a collection; one that is there with other options is a <see cref="MongoCommandException"/> of code 48.</summary>
    Task CreateCollectionAsync(string name, CreateCollectionOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes a collection; one that is not there is no error.</summary>
    Task DropCollectionAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The names of the collections.</summary>
    Task<IAsyncCursor<string>> ListCollectionNamesAsync(ListCollectionNamesOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Runs a command once; it is not retried.</summary>
    Task<TResult> RunCommandAsync<TResult>(Command<TResult> command, ReadPreference? readPreference = null, CancellationToken cancellationToken = default);

    /// <summary>With another preference.</summary>
    IMongoDatabase WithReadPreference(ReadPreference readPreference);

    /// <summary>With another concern.</summary>
    IMongoDatabase WithWriteConcern(WriteConcern writeConcern);
}

/// <summary>A collection whose documents are <typeparamref name="TDocument"/>.</summary>
[SuppressMessage("Naming", "CA1711", Justification = "The official name.")]
public interface IMongoCollection<TDocument>
{
    /// <summary>The full name.</summary>
    CollectionNamespace CollectionNamespace { get; }

    /// <summary>Whose it is.</summary>
    IMongoDatabase Database { get; }

    /// <summary>The indexes.</summary>
    IMongoIndexManager<TDocument> Indexes { get; }

    /// <summary>The settings.</summary>
    MongoCollectionSettings Settings { get; }

    /// <summary>Runs a pipeline.</summary>
    Task<IAsyncCursor<TResult>> AggregateAsync<TResult>(
        PipelineDefinition<TDocument, TResult> pipeline, AggregateOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Does many writes in few commands.</summary>
    /// <exception cref="MongoBulkWriteException{TDocument}">Some failed; it says which.</exception>
    Task<BulkWriteResult<TDocument>> BulkWriteAsync(
        IEnumerable<WriteModel<TDocument>> requests, BulkWriteOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Counts the documents that match.</summary>
    Task<long> CountDocumentsAsync(FilterDefinition<TDocument> filter, CountOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes all that match.</summary>
    Task<DeleteResult> DeleteManyAsync(FilterDefinition<TDocument> filter, CancellationToken cancellationToken = default);

    /// <summary>Deletes all that match.</summary>
    Task<DeleteResult> DeleteManyAsync(FilterDefinition<TDocument> filter, DeleteOptions? options, CancellationToken cancellationToken = default);

    /// <summary>Deletes one that matches.</summary>
    Task<DeleteResult> DeleteOneAsync(FilterDefinition<TDocument> filter, CancellationToken cancellationToken = default);

    /// <summary>Deletes one that matches.</summary>
    Task<DeleteResult> DeleteOneAsync(FilterDefinition<TDocument> filter, DeleteOptions? options, CancellationToken cancellationToken = default);

    /// <summary>The different values of a field.</summary>
    Task<IAsyncCursor<TField>> DistinctAsync<TField>(
        FieldDefinition<TDocument, TField> field, FilterDefinition<TDocument> filter, DistinctOptions? options = null,
            CancellationToken cancellationToken = default);

    /// <summary>The number of documents by the collection's statistics: fast, perhaps a little old.</summary>
    Task<long> EstimatedDocumentCountAsync(EstimatedDocumentCountOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Finds documents.</summary>
    Task<IAsyncCursor<TProjection>> FindAsync<TProjection>(
        FilterDefinition<TDocument> filter, FindOptions<TDocument, TProjection>? options = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes one document and returns it, or null.</summary>
    Task<TProjection> FindOneAndDeleteAsync<TProjection>(
        FilterDefinition<TDocument> filter, FindOneAndDeleteOptions<TDocument, TProjection>? options = null, CancellationToken cancellationToken = default);

    /// <summary>Replaces one document and returns it, or null.</summary>
    Task<TProjection> FindOneAndReplaceAsync<TProjection>(
        FilterDefinition<TDocument> filter,
        TDocument replacement,
        FindOneAndReplaceOptions<TDocument, TProjection>? options = null,
        CancellationToken cancellationToken = default);

    /// <summary>Updates one document and returns it, or null.</summary>
    Task<TProjection> FindOneAndUpdateAsync<TProjection>(
        FilterDefinition<TDocument> filter,
        UpdateDefinition<TDocument> update,
        FindOneAndUpdateOptions<TDocument, TProjection>? options = null,
        CancellationToken cancellationToken = default);

    /// <summary>Inserts a document; an empty id that the driver can make is filled in.</summary>
    /// <exception cref="MongoWriteException">It was not inserted, for example because its key is there.</exception>
    Task InsertOneAsync(TDocument document, InsertOneOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Inserts documents.</summary>
    /// <exception cref="MongoBulkWriteException{TDocument}">Some were not inserted; it says which.</exception>
    Task InsertManyAsync(IEnumerable<TDocument> documents, InsertManyOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Replaces one document.</summary>
    Task<ReplaceOneResult> ReplaceOneAsync(
        FilterDefinition<TDocument> filter, TDocument replacement, ReplaceOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Updates all that match.</summary>
    Task<UpdateResult> UpdateManyAsync(
        FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update, UpdateOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Updates one that matches.</summary>
    Task<UpdateResult> UpdateOneAsync(
        FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update, UpdateOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>With another concern.</summary>
    IMongoCollection<TDocument> WithReadConcern(ReadConcern readConcern);

    /// <summary>With another preference.</summary>
    IMongoCollection<TDocument> WithReadPreference(ReadPreference readPreference);

    /// <summary>With another concern.</summary>
    IMongoCollection<TDocument> WithWriteConcern(WriteConcern writeConcern);
}

/// <summary>The indexes of a collection.</summary>
public interface IMongoIndexManager<TDocument>
{
    /// <summary>Makes indexes that are not there, and says their names.</summary>
    Task<IEnumerable<string>> CreateManyAsync(IEnumerable<CreateIndexModel<TDocument>> models, CancellationToken cancellationToken = default);

    /// <summary>Makes indexes that are not there, and says their names.</summary>
    Task<IEnumerable<string>> CreateManyAsync(
        IEnumerable<CreateIndexModel<TDocument>> models, CreateManyIndexesOptions? options, CancellationToken cancellationToken = default);

    /// <summary>Makes an index if it is not there, and says its name.</summary>
    Task<string> CreateOneAsync(CreateIndexModel<TDocument> model, CreateOneIndexOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Deletes all but the one on <c>_id</c>.</summary>
    Task DropAllAsync(CancellationToken cancellationToken = default);

    /// <summary>Deletes one by name.</summary>
    Task DropOneAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The indexes as the server describes them; none where there is no collection.</summary>
    Task<IAsyncCursor<BsonDocument>> ListAsync(CancellationToken cancellationToken = default);
}

/// <summary>The batches of a result. Disposing of it before its end tells the server to forget it.</summary>
public interface IAsyncCursor<out TDocument> : IDisposable
{
    /// <summary>The batch; valid after a move that said true.</summary>
    IEnumerable<TDocument> Current { get; }

    /// <summary>Goes to the next batch, which may be empty; false at the end.</summary>
    Task<bool> MoveNextAsync(CancellationToken cancellationToken = default);
}

/// <summary>What gives a cursor when asked: a query that has not been sent.</summary>
public interface IAsyncCursorSource<TDocument>
{
    /// <summary>Sends the query.</summary>
    Task<IAsyncCursor<TDocument>> ToCursorAsync(CancellationToken cancellationToken = default);
}

/// <summary>A <c>find</c> being put together. Not thread-safe.</summary>
public interface IFindFluent<TDocument, TProjection> : IAsyncCursorSource<TProjection>
{
    /// <summary>Which documents.</summary>
    FilterDefinition<TDocument> Filter { get; set; }

    /// <summary>How.</summary>
    FindOptions<TDocument, TProjection> Options { get; }

    /// <summary>Counts, within limit and skip.</summary>
    Task<long> CountDocumentsAsync(CancellationToken cancellationToken = default);

    /// <summary>Documents at most.</summary>
    IFindFluent<TDocument, TProjection> Limit(int? limit);

    /// <summary>Only these fields, read into another class.</summary>
    IFindFluent<TDocument, TNewProjection> Project<TNewProjection>(ProjectionDefinition<TDocument, TNewProjection> projection);

    /// <summary>Documents to pass over.</summary>
    IFindFluent<TDocument, TProjection> Skip(int? skip);

    /// <summary>The order.</summary>
    IFindFluent<TDocument, TProjection> Sort(SortDefinition<TDocument> sort);
}

/// <summary>A database's name.</summary>
public sealed class DatabaseNamespace
{
    private static readonly System.Buffers.SearchValues<char> Forbidden = System.Buffers.SearchValues.Create("/\\ .\"$\0");

    /// <summary>Checked: not empty, none of the characters that MongoDB forbids, 63 bytes at most.</summary>
    public DatabaseNamespace(string databaseName)
    {
        ArgumentException.ThrowIfNullOrEmpty(databaseName);
        var bad = databaseName.AsSpan().ContainsAny(Forbidden) || System.Text.Encoding.UTF8.GetByteCount(databaseName) > 63;
        DatabaseName = bad ? throw new ArgumentException($"Database name '{databaseName}' is not valid.", nameof(databaseName)) : databaseName;
    }

    /// <summary>The name.</summary>
    public string DatabaseName { get; }

    /// <inheritdoc/>
    public override string ToString() => DatabaseName;
}

/// <summary>A collection's full name.</summary>
public sealed class CollectionNamespace
{
    /// <summary>Checked: not empty, no null character.</summary>
    public CollectionNamespace(DatabaseNamespace databaseNamespace, string collectionName)
    {
        ArgumentException.ThrowIfNullOrEmpty(collectionName);
        if (collectionName.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("Collection names cannot contain null characters.", nameof(collectionName));
        (DatabaseNamespace, CollectionName) = (databaseNamespace, collectionName);
    }

    /// <summary>The database.</summary>
    public DatabaseNamespace DatabaseNamespace { get; }

    /// <summary>The name within it.</summary>
    public string CollectionName { get; }

    /// <summary>Both, with a dot between.</summary>
    public string FullName => $"{DatabaseNamespace.DatabaseName}.{CollectionName}";

    /// <inheritdoc/>
    public override string ToString() => FullName;
}
