using System.Diagnostics;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;

namespace MongoDB.Driver;

/// <summary>How one command is run.</summary>
internal readonly record struct ExecuteOptions
{
    /// <summary>Where reads go; null for writes.</summary>
    public ReadPreference? ReadPreference { get; init; }

    /// <summary>Whether one more try is allowed: for writes only where they touch a document at a time, for the server tells them by number.</summary>
    public bool MayRetry { get; init; }

    /// <summary>A server that must be used: the one that has the cursor.</summary>
    public Server? Server { get; init; }

    public bool IsWrite => ReadPreference is null && Server is null;
}

/// <summary>Runs commands: choice of the server, connection, one retry, errors as exceptions, traces.</summary>
internal sealed class Executor(Cluster cluster, MongoClientSettings settings)
{
    public Cluster Cluster { get; } = cluster;

    public MongoClientSettings Settings { get; } = settings;

    /// <summary>The answer as a document; empty for a write without one.</summary>
    public Task<BsonDocument> RunAsync(CommandMessage command, ExecuteOptions options, CancellationToken cancellationToken)
        => RunAsync(command, options, static (reader, _) => BsonDocument.ReadFrom(reader), cancellationToken);

    /// <summary>The answer as <paramref name="read"/> makes it while the bytes are there.</summary>
    public async Task<T> RunAsync<T>(CommandMessage command, ExecuteOptions options, Func<BsonBinaryReader, Server, T> read,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var activity = StartActivity(command);
        try
        {
            var retry = options.MayRetry && command.ExpectsReply && (options.IsWrite ? Settings.RetryWrites : Settings.RetryReads);
            return await RunAsync(command, options, read, retry, activity, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (activity is not null)
        {
            activity.SetStatus(ActivityStatusCode.Error, e.Message);
            activity.SetTag("error.type", e.GetType().FullName);
            if (e is MongoCommandException { Code: var code })
                activity.SetTag("db.response.status_code", code.ToString(System.Globalization.CultureInfo.InvariantCulture));
            throw;
        }
    }

    private async Task<T> RunAsync<T>(
        CommandMessage command, ExecuteOptions options, Func<BsonBinaryReader, Server, T> read, bool retry, Activity? activity,
            CancellationToken cancellationToken)
    {
        Exception? first = null;
        var isDirty = false;
        try
        {
            while (true)
            {
                Server server;
                try
                {
                    server = options.Server ?? await Cluster.SelectAsync(options.ReadPreference, cancellationToken).ConfigureAwait(false);
                }
                catch (TimeoutException) when (first is not null)
                {
                    throw first;
                }

                if (first is null && retry && options.IsWrite) command.Session = Cluster.RentSession(server.Description);
                // A write that the server cannot tell from its repetition is sent once.
                var last = !retry || first is not null || (options.IsWrite && command.Session is null);
                try
                {
                    return await TryAsync(server, command, options, read, !last, activity, cancellationToken).ConfigureAwait(false);
                }
                catch (Exception e) when (!last && IsRetryable(e, options.IsWrite))
                {
                    isDirty |= e is MongoConnectionException;
                    first = e;
                }
                catch (MongoConnectionPoolPausedException) when (first is not null)
                {
                    throw first;
                }
            }
        }
        finally
        {
            if (command.Session is { } session)
            {
                command.Session = null;
                Cluster.ReturnSession(session, isDirty);
            }
        }
    }

    private static bool IsRetryable(Exception e, bool isWrite) => e switch
    {
        MongoConnectionPoolPausedException => true,
        MongoConnectionException connection => connection.IsNetworkException,
        MongoCommandException command => isWrite
            ? command.HasErrorLabel(ServerErrors.RetryableWriteLabel) || ServerErrors.IsNotPrimary(command.Code) || ServerErrors.IsRecovering(command.Code)
            : ServerErrors.IsRetryable(command.Code),
        _ => false,
    };

    private async Task<T> TryAsync<T>(
        Server server,
        CommandMessage command,
        ExecuteOptions options,
        Func<BsonBinaryReader, Server, T> read,
        bool mayRetry,
        Activity? activity,
        CancellationToken cancellationToken)
    {
        var connection = await server.AcquireAsync(cancellationToken).ConfigureAwait(false);
        var generation = connection.Generation;
        try
        {
            if (activity is not null)
            {
                activity.SetTag("server.address", connection.Address.Host);
                activity.SetTag("server.port", connection.Address.Port);
            }

            command.ReadPreference = PreferenceToSend(server, options);
            var body = await connection.ExchangeAsync(command, Settings.SocketTimeout, cancellationToken).ConfigureAwait(false);
            if (!command.ExpectsReply) return default!;
            connection.Reader.Reset(body);
            CheckReply(connection.Reader, command, server, mayRetry, generation);
            connection.Reader.Reset(body);
            return read(connection.Reader, server);
        }
        catch (MongoConnectionException e)
        {
            server.Failed(e, generation);
            throw;
        }
        finally
        {
            server.Release(connection);
        }
    }

    // Members other than the primary answer only who says that it may be one of them.
    private static ReadPreference? PreferenceToSend(Server server, ExecuteOptions options)
    {
        var isRouter = server.Description.Type == ServerType.ShardRouter;
        if (options.ReadPreference is { ReadPreferenceMode: not ReadPreferenceMode.Primary } preference) return preference;
        return !options.IsWrite && !isRouter && server.Description.Type is ServerType.ReplicaSetSecondary or ServerType.ReplicaSetOther
            ? ReadPreference.PrimaryPreferred : null;
    }

    // One pass over the reply's top level; only an error makes a document of it.
    private static void CheckReply(BsonBinaryReader reader, CommandMessage command, Server server, bool mayRetry, int generation)
    {
        var (ok, suspicious) = (false, false);
        reader.ReadStartDocument();
        while (reader.ReadBsonType() != BsonType.EndOfDocument)
        {
            var name = reader.NameUtf8;
            if (name.SequenceEqual("ok"u8))
            {
                ok = reader.CurrentBsonType == BsonType.Boolean ? reader.ReadBoolean() : ScalarCodecs.ReadInt64(reader) == 1;
                continue;
            }

            suspicious |= name.SequenceEqual("writeConcernError"u8);
            reader.SkipValue();
        }

        reader.ReadEndDocument();
        if (!ok || suspicious) Fail(reader, command, server, mayRetry, generation, ok);
    }

    private static void Fail(BsonBinaryReader reader, CommandMessage command, Server server, bool mayRetry, int generation, bool ok)
    {
        reader.Rewind();
        var reply = BsonDocument.ReadFrom(reader);
        var error = ok ? reply["writeConcernError"] as BsonDocument ?? [] : reply;
        var exception = ServerErrors.ToException(command.Summary, ok ? reply : error);
        var code = ServerErrors.Code(error);
        if (ServerErrors.IsNotPrimary(code) || ServerErrors.IsRecovering(code)) server.NotPrimary(exception, code, generation);
        if (!ok) throw exception;
        // The write was done here, but may be lost with this member: told to do it again, the next primary knows whether it has it.
        if (mayRetry && (ServerErrors.Labels(reply).Contains(ServerErrors.RetryableWriteLabel) || ServerErrors.IsRecovering(code)
            || ServerErrors.IsNotPrimary(code)))
        {
            var again = new MongoWriteConcernException("The write's concern was not met: " + ServerErrors.Text(error, "errmsg"), command.Summary, reply);
            again.AddErrorLabel(ServerErrors.RetryableWriteLabel);
            throw again;
        }
    }

    private static Activity? StartActivity(CommandMessage command)
    {
        if (!Telemetry.Activities.HasListeners()) return null;
        var collection = command.Name == "getMore" ? (command.Body.GetValue("collection", "") as BsonString)?.Value : command.Collection;
        var activity = Telemetry.Activities.StartActivity(collection is null ? command.Name : $"{command.Name} {collection}", ActivityKind.Client);
        if (activity is null) return null;
        activity.SetTag("db.system.name", "mongodb");
        activity.SetTag("db.namespace", command.Database);
        activity.SetTag("db.operation.name", command.Name);
        if (collection is not null) activity.SetTag("db.collection.name", collection);
        return activity;
    }
}
