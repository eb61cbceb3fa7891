using MongoDB.Bson;

namespace MongoDB.Driver;

/// <inheritdoc cref="IMongoClient"/>
public sealed class MongoClient : IMongoClient
{
    private readonly Cluster _cluster;

    /// <summary>Of localhost.</summary>
    public MongoClient() : this(new MongoClientSettings()) { }

    /// <summary>Of a connection string.</summary>
    /// <exception cref="MongoConfigurationException">It makes no sense.</exception>
    public MongoClient(string connectionString) : this(MongoClientSettings.FromConnectionString(connectionString)) { }

    /// <summary>Of a connection string.</summary>
    public MongoClient(MongoUrl url) : this(MongoClientSettings.FromUrl(url)) { }

    /// <summary>Of settings, which are copied. The monitors start at once, in the background.</summary>
    /// <exception cref="MongoConfigurationException">The settings contradict each other.</exception>
    public MongoClient(MongoClientSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        Settings = settings.Validated();
        _cluster = new Cluster(Settings);
        Executor = new Executor(_cluster, Settings);
    }

    /// <inheritdoc/>
    public MongoClientSettings Settings { get; }

    internal Executor Executor { get; }

    /// <inheritdoc/>
    public IMongoDatabase GetDatabase(string name, MongoDatabaseSettings? settings = null)
        => new MongoDatabase(this, new DatabaseNamespace(name), settings ?? new());

    /// <inheritdoc/>
    public Task DropDatabaseAsync(string name, CancellationToken cancellationToken = default)
    {
        var command = new BsonDocument("dropDatabase", 1).WithConcern(Settings.WriteConcern);
        return Executor.RunAsync(new CommandMessage(new DatabaseNamespace(name).DatabaseName, command), default, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IAsyncCursor<string>> ListDatabaseNamesAsync(CancellationToken cancellationToken = default)
    {
        var command = new CommandMessage("admin", new BsonDocument { { "listDatabases", 1 }, { "nameOnly", true } });
        var options = new ExecuteOptions { ReadPreference = ReadPreference.Primary, MayRetry = true };
        var reply = await Executor.RunAsync(command, options, cancellationToken).ConfigureAwait(false);
        return new ListCursor<string>(reply["databases"].AsBsonArray.Select(static database => database["name"].AsString).ToList());
    }

    /// <summary>Closes the connections. Operations under way end by themselves; new ones are an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _cluster.Dispose();
}

/// <summary>A database.</summary>
internal sealed class MongoDatabase(MongoClient client, DatabaseNamespace name, MongoDatabaseSettings settings) : IMongoDatabase
{
    public IMongoClient Client => client;

    public DatabaseNamespace DatabaseNamespace { get; } = name;

    public MongoDatabaseSettings Settings { get; } = new()
    {
        ReadConcern = settings.ReadConcern ?? client.Settings.ReadConcern,
        ReadPreference = settings.ReadPreference ?? client.Settings.ReadPreference,
        WriteConcern = settings.WriteConcern ?? client.Settings.WriteConcern,
    };

    public IMongoCollection<TDocument> GetCollection<TDocument>(string name, MongoCollectionSettings? settings = null)
        => new MongoCollection<TDocument>(this, client.Executor, new CollectionNamespace(DatabaseNamespace, name), settings ?? new());

    public Task CreateCollectionAsync(string name, CreateCollectionOptions? options = null, CancellationToken cancellationToken = default)
    {
        var command = new BsonDocument("create", name).With("collation", options?.Collation?.ToBsonDocument()).WithConcern(Settings.WriteConcern!);
        return client.Executor.RunAsync(new CommandMessage(DatabaseNamespace.DatabaseName, command), default, cancellationToken);
    }

    public async Task DropCollectionAsync(string name, CancellationToken cancellationToken = default)
    {
        var command = new BsonDocument("drop", name).WithConcern(Settings.WriteConcern!);
        try
        {
            await client.Executor.RunAsync(new CommandMessage(DatabaseNamespace.DatabaseName, command), default, cancellationToken).ConfigureAwait(false);
        }
        catch (MongoCommandException e) when (e.Code == 26)
        {
            // Not there any more, as asked.
        }
    }

    public async Task<IAsyncCursor<string>> ListCollectionNamesAsync(ListCollectionNamesOptions? options = null, CancellationToken cancellationToken = default)
    {
        var command = new BsonDocument { { "listCollections", 1 }, { "nameOnly", true }, { "cursor", new BsonDocument() } }.With("filter",
            options?.Filter?.Render());
        var cursor = await Cursor<BsonDocument>.OpenAsync(
            client.Executor, new CommandMessage(DatabaseNamespace.DatabaseName, command), ReadPreference.Primary, null, cancellationToken)
                .ConfigureAwait(false);
        var collections = await cursor.ToListAsync(cancellationToken).ConfigureAwait(false);
        return new ListCursor<string>(collections.ConvertAll(static collection => collection["name"].AsString));
    }

    public Task<TResult> RunCommandAsync<TResult>(Command<TResult> command, ReadPreference? readPreference = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        var codec = Bson.Serialization.Codec<TResult>.Instance;
        var options = new ExecuteOptions { ReadPreference = readPreference ?? ReadPreference.Primary };
        return client.Executor.RunAsync(
            new CommandMessage(DatabaseNamespace.DatabaseName, command.Render()), options, (reader, _) => codec.Read(reader), cancellationToken);
    }

    public IMongoDatabase WithReadPreference(ReadPreference readPreference) => new MongoDatabase(
        client, DatabaseNamespace, new() { ReadConcern = Settings.ReadConcern, ReadPreference = readPreference, WriteConcern = Settings.WriteConcern });

    public IMongoDatabase WithWriteConcern(WriteConcern writeConcern) => new MongoDatabase(
        client, DatabaseNamespace, new() { ReadConcern = Settings.ReadConcern, ReadPreference = Settings.ReadPreference, WriteConcern = writeConcern });
}

/// <summary>Putting commands together.</summary>
internal static class CommandExtensions
{
    /// <summary>Adds what is not null.</summary>
    public static BsonDocument With(this BsonDocument command, string name, BsonValue? value) => value is null ? command : command.Add(name, value);

    public static BsonDocument With(this BsonDocument command, string name, string? value) => value is null ? command : command.Add(name, value);

    public static BsonDocument With(this BsonDocument command, string name, bool? value) => value is { } some ? command.Add(name, some) : command;

    public static BsonDocument With(this BsonDocument command, string name, int? value) => value is { } some ? command.Add(name, some) : command;

    public static BsonDocument WithMaxTime(this BsonDocument command, TimeSpan? value)
        => value is { } time ? command.Add("maxTimeMS", Math.Max(1, (long)time.TotalMilliseconds)) : command;

    public static BsonDocument WithConcern(this BsonDocument command, WriteConcern concern)
        => concern.IsServerDefault ? command : command.Add("writeConcern", concern.ToBsonDocument());

    public static BsonDocument WithConcern(this BsonDocument command, ReadConcern? concern)
        => concern?.Level is null ? command : command.Add("readConcern", concern.ToBsonDocument());
}
