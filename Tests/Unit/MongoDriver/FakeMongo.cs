using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace Tests.Unit.MongoDriver;

/// <summary>A server of OP_MSG on a free port of loopback, which answers as a test tells it to.</summary>
internal sealed class FakeMongo : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closed = new();
    private readonly ConcurrentDictionary<TcpClient, int> _clients = new();
    private readonly Task _accepting;
    private int _opened;

    public FakeMongo()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Of a server that speaks TLS; null for one that does not.</summary>
    public SslStreamCertificateContext? Certificate { get; init; }

    /// <summary>Connections open now, the monitors' among them.</summary>
    public int Open => _clients.Count;

    public int Opened => Volatile.Read(ref _opened);

    /// <summary>What came, without hello, in order.</summary>
    public ConcurrentQueue<BsonDocument> Commands { get; } = new();

    /// <summary>Fields of hello's answer, over those of a router with sessions.</summary>
    public BsonDocument Hello { get; set; } = new() { { "isWritablePrimary", true }, { "msg", "isdbgrid" } };

    /// <summary>Answers a command; null closes the connection.</summary>
    public Func<BsonDocument, Task<BsonDocument?>> Answer { get; set; } = static _ => Task.FromResult<BsonDocument?>(new BsonDocument("ok", 1));

    /// <summary>Turns a reply's bytes into what is sent.</summary>
    public Func<byte[], byte[]>? Garble { get; set; }

    public string Uri(string options = "") => $"mongodb://{Address}/test?serverSelectionTimeoutMS=3000&{options}";

    public static BsonDocument Cursor(params BsonDocument[] documents) => Cursor(0, "firstBatch", documents);

    public static BsonDocument Cursor(long id, string batch, params BsonDocument[] documents) => new()
    {
        { "cursor", new BsonDocument { { "id", id }, { "ns", "test.items" }, { batch, new BsonArray(documents) } } },
        { "ok", 1.0 },
    };

    public void DropConnections()
    {
        foreach (var client in _clients.Keys) client.Close();
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        _listener.Stop();
        DropConnections();
        await _accepting;
        _listener.Dispose();
        _closed.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_closed.Token);
                client.NoDelay = true;
                Interlocked.Increment(ref _opened);
                _clients[client] = 0;
                _ = Task.Run(() => ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                await using var stream = await OpenAsync(client);
                var header = new byte[16];
                while (true)
                {
                    await stream.ReadExactlyAsync(header, _closed.Token);
                    var body = new byte[BinaryPrimitives.ReadInt32LittleEndian(header) - 16];
                    await stream.ReadExactlyAsync(body, _closed.Token);
                    var command = Parse(body);
                    var isHello = command.Contains("hello");
                    if (!isHello) Commands.Enqueue(command);
                    var reply = isHello ? SayHello(command) : await Answer(command);
                    if (reply is null) return;
                    if ((body[0] & 2) != 0) continue;
                    var bytes = Frame(reply, BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4)));
                    await stream.WriteAsync(isHello || Garble is null ? bytes : Garble(bytes), _closed.Token);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or SocketException or AuthenticationException)
        {
        }
        finally
        {
            _clients.TryRemove(client, out _);
        }
    }

    private async Task<Stream> OpenAsync(TcpClient client)
    {
        if (Certificate is null) return client.GetStream();
        var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = Certificate }, _closed.Token);
        return stream;
    }

    private BsonDocument SayHello(BsonDocument command)
    {
        var reply = new BsonDocument
        {
            { "maxBsonObjectSize", 16 * 1024 * 1024 }, { "maxMessageSizeBytes", 48_000_000 }, { "maxWriteBatchSize", 1000 },
            { "logicalSessionTimeoutMinutes", 30 }, { "minWireVersion", 0 }, { "maxWireVersion", 21 }, { "ok", 1.0 },
        };
        reply.Merge(Hello, overwriteExistingElements: true);
        if (command.TryGetValue("speculativeAuthenticate", out var start) && Speculate?.Invoke(start.AsBsonDocument) is { } first)
            reply["speculativeAuthenticate"] = first;
        return reply;
    }

    /// <summary>Answers the authentication that hello carries.</summary>
    public Func<BsonDocument, BsonDocument>? Speculate { get; set; }

    private static byte[] Frame(BsonDocument reply, int requestId)
    {
        var body = reply.ToBson();
        var bytes = new byte[21 + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), requestId);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), 2013);
        body.CopyTo(bytes, 21);
        return bytes;
    }

    // The body, with a sequence as the array that it stands for.
    private static BsonDocument Parse(byte[] message)
    {
        var at = 5;
        var length = BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(at));
        var command = BsonSerializer.Deserialize<BsonDocument>(message[at..(at + length)]);
        at += length;
        if (at == message.Length) return command;
        Assert.Equal(1, message[at]);
        var end = at + 1 + BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(at + 1));
        Assert.Equal(message.Length, end);
        var nameEnd = Array.IndexOf(message, (byte)0, at + 5);
        var documents = new BsonArray();
        for (var next = nameEnd + 1; next < end; next += BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(next)))
        {
            documents.Add(BsonSerializer.Deserialize<BsonDocument>(message[next..(next + BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(next)))]));
        }

        return command.Add(System.Text.Encoding.UTF8.GetString(message, at + 5, nameEnd - at - 5), documents);
    }
}
