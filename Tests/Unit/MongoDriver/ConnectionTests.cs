using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Tests.Unit.MongoDriver;

/// <summary>Pools, fail-over, retries, malformed answers and logging in.</summary>
[Trait("Category", "Unit")]
public sealed class ConnectionTests
{
    private static readonly BsonDocumentCommand<BsonDocument> Ping = new(new BsonDocument("ping", 1));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_waits_too_long_for_a_connection_gets_a_timeout_and_the_others_come_in_order()
    {
        await using var server = new FakeMongo();
        using var go = new SemaphoreSlim(0);
        server.Answer = async _ =>
        {
            await go.WaitAsync(Cancel);
            return new BsonDocument("ok", 1);
        };
        using var client = new MongoClient(server.Uri("maxPoolSize=1&waitQueueTimeoutMS=1000"));
        var database = client.GetDatabase("test");
        var first = database.RunCommandAsync(Ping, cancellationToken: Cancel);
        await OperationTests.Eventually(() => server.Commands.Count == 1);
        var started = Stopwatch.GetTimestamp();
        var late = await Assert.ThrowsAsync<TimeoutException>(() => database.RunCommandAsync(Ping, cancellationToken: Cancel));
        Assert.Contains("waiting for a connection", late.Message, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 900, 5000);

        Task[] waiting = [.. Enumerable.Range(0, 5)
            .Select(i => database.RunCommandAsync<BsonDocument>(new BsonDocument("ping", i), cancellationToken: Cancel))];
        go.Release(6);
        await first;
        await Task.WhenAll(waiting);
        Assert.Equal([0, 1, 2, 3, 4], server.Commands.Skip(1).Select(static command => command["ping"].AsInt32));
        Assert.Equal(2, server.Open);
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_the_queue()
    {
        await using var server = new FakeMongo();
        using var go = new SemaphoreSlim(0);
        server.Answer = async _ =>
        {
            await go.WaitAsync(Cancel);
            return new BsonDocument("ok", 1);
        };
        using var client = new MongoClient(server.Uri("maxPoolSize=1"));
        var database = client.GetDatabase("test");
        var first = database.RunCommandAsync(Ping, cancellationToken: Cancel);
        await OperationTests.Eventually(() => server.Commands.Count == 1);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var waiting = database.RunCommandAsync(Ping, cancellationToken: stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        go.Release(2);
        await first;
        await database.RunCommandAsync(Ping, cancellationToken: Cancel);
    }

    [Fact]
    public async Task Idle_connections_are_closed_down_to_the_minimum()
    {
        await using var server = new FakeMongo();
        server.Answer = static async _ =>
        {
            await Task.Delay(50, Cancel);
            return new BsonDocument("ok", 1);
        };
        using var client = new MongoClient(server.Uri("maxIdleTimeMS=150&maxConnecting=8"));
        var database = client.GetDatabase("test");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => database.RunCommandAsync(Ping, cancellationToken: Cancel)));
        Assert.InRange(server.Open, 3, 9);
        // The monitor's stays.
        await OperationTests.Eventually(() => server.Open == 1);
        await using var other = new FakeMongo();
        using var ready = new MongoClient(other.Uri("minPoolSize=3"));
        await OperationTests.Eventually(() => other.Open == 4);
    }

    [Fact]
    public async Task A_write_moves_to_the_new_primary_under_the_same_number()
    {
        await using var one = new FakeMongo();
        await using var two = new FakeMongo();
        BsonDocument Member(FakeMongo self, bool primary, int election) => new BsonDocument
        {
            { "setName", "rs" }, { "hosts", new BsonArray { one.Address, two.Address } }, { "me", self.Address }, { "isWritablePrimary", primary },
            { "secondary", !primary }, { "setVersion", 1 },
        }.Add("electionId", new ObjectId(election.ToString("x24", null)), primary);
        (one.Hello, two.Hello) = (Member(one, true, 1), Member(two, false, 1));
        using var client = new MongoClient($"mongodb://{one.Address}/?replicaSet=rs&serverSelectionTimeoutMS=5000");
        var items = client.GetDatabase("test").GetCollection<BsonDocument>("items");
        await items.InsertOneAsync(new BsonDocument("a", 1), cancellationToken: Cancel);
        Assert.Single(one.Commands);

        one.Answer = _ =>
        {
            (one.Hello, two.Hello) = (Member(one, false, 2), Member(two, true, 2));
            return Task.FromResult<BsonDocument?>(BsonDocument.Parse(
                "{ ok: 0, code: 10107, codeName: 'NotWritablePrimary', errmsg: 'not primary', errorLabels: ['RetryableWriteError'] }"));
        };
        await items.InsertOneAsync(new BsonDocument("a", 2), cancellationToken: Cancel);
        var (refused, done) = (one.Commands.Last(), two.Commands.Single());
        Assert.Equal((refused["txnNumber"], refused["lsid"], refused["documents"]), (done["txnNumber"], done["lsid"], done["documents"]));
        await items.WithReadPreference(ReadPreference.Secondary).Find("{}").Limit(1).ToCursorAsync(Cancel)
            .ContinueWith(static _ => { }, Cancel, TaskContinuationOptions.None, TaskScheduler.Default);
        Assert.Equal("secondary", one.Commands.Last()["$readPreference"]["mode"].AsString);
    }

    [Fact]
    public async Task A_broken_connection_costs_one_retry_and_no_more()
    {
        await using var server = new FakeMongo();
        var breaks = 1;
        server.Answer = _ => Task.FromResult(Interlocked.Decrement(ref breaks) >= 0 ? null
            : BsonDocument.Parse("{ n: 1, ok: 1, cursor: { id: 0, ns: 'test.items', firstBatch: [] } }"));
        using var client = new MongoClient(server.Uri());
        var items = client.GetDatabase("test").GetCollection<BsonDocument>("items");
        await items.InsertOneAsync(new BsonDocument("a", 1), cancellationToken: Cancel);
        Assert.Equal(2, server.Commands.Count);
        Assert.Single(server.Commands.Select(static command => command["txnNumber"].AsInt64).Distinct());
        breaks = 1;
        Assert.Empty(await items.Find("{}").ToListAsync(Cancel));
        breaks = 2;
        await Assert.ThrowsAnyAsync<MongoException>(() => items.InsertOneAsync(new BsonDocument("a", 2), cancellationToken: Cancel));
        breaks = 1;
        await Assert.ThrowsAsync<MongoConnectionException>(() => items.UpdateManyAsync("{}", "{ $set: { a: 1 } }", cancellationToken: Cancel));
        using var once = new MongoClient(server.Uri("retryWrites=false"));
        breaks = 1;
        await Assert.ThrowsAsync<MongoConnectionException>(
            () => once.GetDatabase("test").GetCollection<BsonDocument>("items").InsertOneAsync(new BsonDocument("a", 3), cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_server_that_is_away_is_named_in_the_timeout_and_found_again()
    {
        var server = new FakeMongo();
        var address = server.Address;
        await server.DisposeAsync();
        using var client = new MongoClient($"mongodb://{address}/?serverSelectionTimeoutMS=200");
        var e = await Assert.ThrowsAsync<TimeoutException>(() => client.GetDatabase("test").RunCommandAsync(Ping, cancellationToken: Cancel));
        Assert.Contains($"A timeout occurred after 200ms selecting a server", e.Message, StringComparison.Ordinal);
        Assert.Contains(address, e.Message, StringComparison.Ordinal);
        Assert.Contains("Unknown", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_given_up_and_others_are_not_disturbed()
    {
        await using var server = new FakeMongo();
        server.Answer = static async command =>
        {
            if (command["ping"] == 1) await Task.Delay(Timeout.Infinite, Cancel);
            return new BsonDocument("ok", 1);
        };
        using var client = new MongoClient(server.Uri("socketTimeoutMS=200"));
        var database = client.GetDatabase("test");
        var e = await Assert.ThrowsAsync<MongoConnectionException>(() => database.RunCommandAsync(Ping, cancellationToken: Cancel));
        Assert.True(e.ContainsTimeoutException);
        await database.RunCommandAsync<BsonDocument>("{ ping: 2 }", cancellationToken: Cancel);
    }

    public static TheoryData<string> Garbled
        => ["huge", "negative", "tiny", "truncated", "endless", "other request", "other opcode", "flags", "no body", "bad bson", "long bson"];

    [Theory, MemberData(nameof(Garbled))]
    public async Task A_malformed_answer_is_an_error_and_no_hang(string how)
    {
        await using var server = new FakeMongo();
        server.Garble = bytes =>
        {
            switch (how)
            {
                case "huge": BitConverter.TryWriteBytes(bytes, int.MaxValue); break;
                case "negative": BitConverter.TryWriteBytes(bytes, -1); break;
                case "tiny": BitConverter.TryWriteBytes(bytes, 17); break;
                case "truncated": return bytes[..^3];
                case "endless": return [.. bytes, .. new byte[100_000]];
                case "other request": bytes[8] ^= 0x55; break;
                case "other opcode": bytes[12] = 1; break;
                case "flags": bytes[16] = 8; break;
                case "no body": bytes[20] = 1; break;
                case "bad bson": bytes[25] = 0x77; break;
                default: BitConverter.TryWriteBytes(bytes.AsSpan(21), 10_000_000); break;
            }

            return bytes;
        };
        using var client = new MongoClient(server.Uri("retryReads=false&socketTimeoutMS=500"));
        var e = await Assert.ThrowsAnyAsync<Exception>(() => client.GetDatabase("test").RunCommandAsync(Ping, cancellationToken: Cancel));
        Assert.True(e is MongoConnectionException or FormatException, e.ToString());
        server.Garble = null;
        await client.GetDatabase("test").RunCommandAsync(Ping, cancellationToken: Cancel);
    }

    [Theory]
    [InlineData("p%40ss,w=rd", true)]
    [InlineData("wrong", false)]
    public async Task Scram_proves_the_password_both_ways(string password, bool ok)
    {
        await using var server = new FakeMongo();
        var scram = new ScramServer("us,er=", "p@ss,w=rd");
        server.Speculate = scram.Start;
        server.Answer = command => Task.FromResult<BsonDocument?>(command.Contains("saslContinue") ? scram.Continue(command) : new BsonDocument("ok", 1));
        using var client = new MongoClient($"mongodb://us%2Cer%3D:{password}@{server.Address}/test?authSource=admin&maxConnecting=1");
        var run = client.GetDatabase("test").RunCommandAsync(Ping, cancellationToken: Cancel);
        if (ok) await run;
        else await Assert.ThrowsAsync<MongoAuthenticationException>(() => run);
        scram.Lie = true;
        using var cheated = new MongoClient($"mongodb://us%2Cer%3D:p%40ss,w=rd@{server.Address}/test?authSource=admin");
        var lie = await Assert.ThrowsAsync<MongoAuthenticationException>(() => cheated.GetDatabase("test").RunCommandAsync(Ping, cancellationToken: Cancel));
        Assert.Contains("prove", lie.Message, StringComparison.Ordinal);
    }

    /// <summary>RFC 5802 from the other side; one exchange at a time.</summary>
    private sealed class ScramServer(string user, string password)
    {
        private readonly byte[] _salt = RandomNumberGenerator.GetBytes(16);
        private string _clientFirst = "", _serverFirst = "";

        public bool Lie { get; set; }

        public BsonDocument Start(BsonDocument start)
        {
            _clientFirst = Encoding.UTF8.GetString(start["payload"].AsByteArray)[3..];
            Assert.StartsWith("n=" + user.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal) + ",r=", _clientFirst,
                StringComparison.Ordinal);
            _serverFirst = $"r={_clientFirst[(_clientFirst.IndexOf(",r=", StringComparison.Ordinal) + 3)..]}more,s={Convert.ToBase64String(_salt)},i=4096";
            return Reply(_serverFirst, false);
        }

        public BsonDocument Continue(BsonDocument command)
        {
            var final = Encoding.UTF8.GetString(command["payload"].AsByteArray);
            var at = final.IndexOf(",p=", StringComparison.Ordinal);
            var message = Encoding.UTF8.GetBytes($"{_clientFirst},{_serverFirst},{final[..at]}");
            var salted = Rfc2898DeriveBytes.Pbkdf2(password, _salt, 4096, HashAlgorithmName.SHA256, 32);
            var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
            var signature = HMACSHA256.HashData(SHA256.HashData(clientKey), message);
            var proof = Convert.FromBase64String(final[(at + 3)..]);
            if (!proof.Zip(signature, static (x, y) => (byte)(x ^ y)).SequenceEqual(clientKey))
                return BsonDocument.Parse("{ ok: 0, code: 18, errmsg: 'Authentication failed.' }");
            var server = HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), message);
            if (Lie) server[0] ^= 1;
            return Reply("v=" + Convert.ToBase64String(server), true);
        }

        private static BsonDocument Reply(string payload, bool done)
            => new() { { "conversationId", 1 }, { "done", done }, { "payload", Encoding.UTF8.GetBytes(payload) }, { "ok", 1 } };
    }
}
