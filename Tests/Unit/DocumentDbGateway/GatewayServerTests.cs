extern alias DocumentDbGateway;

using System.Buffers.Binary;
using System.Net.Sockets;
using DocumentDbGateway::DocumentDb.Gateway;
using DocumentDbGateway::DocumentDb.Gateway.Bson;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tests.Unit.DocumentDbGateway;

/// <summary>The gateway on a real socket without its engine. Any input gets an error or a closed connection, and the next client is served.</summary>
[Trait("Category", "Unit")]
public sealed class GatewayServerTests : IAsyncLifetime
{
    private const int ConnectionsMax = 20, Rounds = 300, Seed = 99;
    private static readonly TimeSpan ReplyLimit = TimeSpan.FromSeconds(5);

    private readonly IHost _host = Build();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _host.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    [Fact]
    public async Task It_replies_to_hello_without_a_login()
    {
        var reply = await AskAsync(Documents.Message(0, Documents.Body(Documents.Command(b => b.Int32("hello"u8, 1)))));
        Assert.Equal(1.0, reply.Ok);
    }

    /// <summary>Drivers log in with OP_QUERY until hello has reported that the server supports OP_MSG.</summary>
    [Fact]
    public async Task Commands_may_come_as_OP_QUERY_and_none_of_them_closes_the_connection()
    {
        using var client = await ConnectAsync();
        Assert.Equal(1.0, (await AskAsync(client, Documents.Query(b => b.Int32("ismaster"u8, 1))))!.Ok);
        Assert.Equal(1.0, (await AskAsync(client, Documents.Query(b => b.Int32("buildInfo"u8, 1))))!.Ok);
        Assert.Equal(18, (await AskAsync(client, Documents.Query(b => b.Int32("saslContinue"u8, 1))))!.Code);
        Assert.Equal(13, (await AskAsync(client, Documents.Query(b => b.String("find"u8, "c"))))!.Code);
        Assert.Equal(59, (await AskAsync(client, Documents.Query(b => b.Int32("noSuchCommand"u8, 1))))!.Code);
        Assert.Equal(9, (await AskAsync(client, Documents.Query(_ => { })))!.Code);
        Assert.Equal(1.0, (await AskAsync(client, Documents.Query(b => b.Int32("isMaster"u8, 1))))!.Ok);
    }

    [Theory]
    [InlineData("find", 13)]
    [InlineData("insert", 13)]
    [InlineData("dropDatabase", 13)]
    [InlineData("commitTransaction", 13)]
    [InlineData("noSuchCommand", 59)]
    [InlineData("ping", 91)] // the engine is away
    public async Task Other_opcodes_get_an_error_that_drivers_understand(string command, int code)
    {
        var document = Documents.Command(b => b.String(System.Text.Encoding.ASCII.GetBytes(command), "c"));
        Assert.Equal(code, (await AskAsync(Documents.Message(0, Documents.Body(document)))).Code);
    }

    [Fact]
    public async Task A_section_that_is_not_an_argument_of_the_command_is_refused()
    {
        var hello = Documents.Body(Documents.Command(b => b.Int32("hello"u8, 1)));
        Assert.Equal(40415, (await AskAsync(Documents.Message(0, hello, Documents.Sequence("documents", Documents.Command(_ => { }))))).Code);
    }

    [Fact]
    public async Task Invalid_documents_get_an_error_and_the_connection_stays_open()
    {
        using var client = await ConnectAsync();
        byte[] broken = [9, 0, 0, 0, 99, (byte)'a', 0, 0, 0];
        Assert.Equal(22, (await AskAsync(client, Documents.Message(0, Documents.Body(broken))))!.Code);
        Assert.Equal(15, (await AskAsync(client, Documents.Message(0, Documents.Body(Documents.Nested(5_000)))))!.Code);
        Assert.Equal(1.0, (await AskAsync(client, Documents.Message(0, Documents.Body(Documents.Command(b => b.Int32("hello"u8, 1))))))!.Ok);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(48_000_000)] // too long before login: nothing is allocated for it
    [InlineData(int.MaxValue)]
    public async Task An_invalid_message_length_closes_the_connection(int length)
    {
        using var client = await ConnectAsync();
        await client.SendAsync(BitConverter.GetBytes(length), Ct);
        Assert.Null(await ReadAsync(client));
    }

    [Fact]
    public async Task Three_bad_logins_close_the_connection()
    {
        using var client = await ConnectAsync();
        var start = Documents.Message(0, Documents.Body(Documents.Command(b =>
        {
            b.Int32("saslStart"u8, 1);
            b.String("mechanism"u8, "PLAIN");
            b.Binary("payload"u8, "x"u8);
        })));
        for (var i = 0; i < 3; i++) Assert.Equal(18, (await AskAsync(client, start))!.Code);
        Assert.Null(await AskAsync(client, start));
    }

    [Fact]
    public async Task Random_bytes_never_stop_the_server()
    {
        var random = new Random(Seed);
        var hello = Documents.Message(0, Documents.Body(Documents.Command(b => b.Int32("hello"u8, 1))));
        for (var round = 0; round < Rounds; round++)
        {
            using var client = await ConnectAsync();
            var bytes = (byte[])hello.Clone();
            for (var i = random.Next(1, 8); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            await client.SendAsync(bytes.AsMemory(0, random.Next(1, bytes.Length + 1)), Ct);
            client.Shutdown(SocketShutdown.Send);
            _ = await ReadAsync(client); // an error, a hello reply, or nothing, within the time limit
        }
        Assert.Equal(1.0, (await AskAsync(hello)).Ok);
    }

    [Fact]
    public async Task A_message_may_come_byte_by_byte_and_several_at_once()
    {
        using var client = await ConnectAsync();
        var hello = Documents.Message(0, Documents.Body(Documents.Command(b => b.Int32("hello"u8, 1))));
        foreach (var part in hello) await client.SendAsync(new[] { part }, Ct);
        Assert.Equal(1.0, (await ReadAsync(client))!.Ok);
        await client.SendAsync(hello.Concat(hello).Concat(hello).ToArray(), Ct);
        for (var i = 0; i < 3; i++) Assert.Equal(1.0, (await ReadAsync(client))!.Ok);
    }

    [Fact]
    public async Task Connections_are_limited()
    {
        List<Socket> clients = [];
        try
        {
            var hello = Documents.Message(0, Documents.Body(Documents.Command(b => b.Int32("hello"u8, 1))));
            for (var i = 0; i < ConnectionsMax; i++) clients.Add(await ConnectAsync());
            foreach (var client in clients) Assert.NotNull(await AskAsync(client, hello));
            using (var tooMany = await ConnectAsync()) Assert.Null(await AskAsync(tooMany, hello));
            clients[0].Dispose();
            await Task.Delay(200, Ct);
            Assert.Equal(1.0, (await AskAsync(hello)).Ok);
        }
        finally
        {
            foreach (var client in clients) client.Dispose();
        }
    }

    [Fact]
    public async Task It_stops_immediately_when_idle()
    {
        using var client = await ConnectAsync();
        await AskAsync(client, Documents.Message(0, Documents.Body(Documents.Command(b => b.Int32("hello"u8, 1)))));
        await _host.StopAsync(Ct).WaitAsync(TimeSpan.FromSeconds(2), Ct);
        Assert.Null(await ReadAsync(client));
    }

    private static IHost Build()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.Configure<GatewayOptions>(o =>
        {
            (o.Port, o.ConnectionsMax, o.Engine) = (0, ConnectionsMax, "Host=/nonexistent;Username=postgres");
        });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddDocumentDbGateway();
        return builder.Build();
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(_host.Services.GetRequiredService<GatewayServer>().EndPoint, Ct);
        return socket;
    }

    private async Task<Reply> AskAsync(byte[] message)
    {
        using var client = await ConnectAsync();
        return await AskAsync(client, message) ?? throw new InvalidOperationException("The connection was closed.");
    }

    private static async Task<Reply?> AskAsync(Socket client, byte[] message)
    {
        try
        {
            await client.SendAsync(message, Ct);
        }
        catch (SocketException)
        {
            return null;
        }
        return await ReadAsync(client);
    }

    private static async Task<Reply?> ReadAsync(Socket client)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(ReplyLimit);
        var head = new byte[16];
        if (!await FillAsync(client, head, limit.Token)) return null;
        var rest = new byte[BinaryPrimitives.ReadInt32LittleEndian(head) - 16];
        if (!await FillAsync(client, rest, limit.Token)) return null;
        return new Reply(rest[(BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(12)) == 1 ? 20 : 5)..]);
    }

    private static async Task<bool> FillAsync(Socket client, Memory<byte> memory, CancellationToken ct)
    {
        try
        {
            while (memory.Length > 0)
            {
                var received = await client.ReceiveAsync(memory, ct);
                if (received == 0) return false;
                memory = memory[received..];
            }
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private sealed class Reply
    {
        public Reply(byte[] document)
        {
            Assert.Equal(BsonFault.None, BsonCheck.Check(document));
            var view = new BsonView(document);
            if (view.MoveTo("ok"u8)) Ok = BinaryPrimitives.ReadDoubleLittleEndian(view.Value);
            view = new BsonView(document);
            if (view.MoveTo("code"u8)) Code = view.AsInt64() ?? 0;
        }

        public double Ok { get; }

        public long Code { get; }
    }
}
