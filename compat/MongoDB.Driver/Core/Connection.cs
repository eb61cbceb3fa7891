using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MongoDB.Bson;
using MongoDB.Bson.IO;

namespace MongoDB.Driver;

/// <summary>One connection, logged in. One command at a time; after any trouble it is broken, for the server's answer may still come.</summary>
internal sealed class Connection : IDisposable
{
    private const int BufferBytes = 16 * 1024, BufferKeepBytesMax = 256 * 1024;

    private readonly MongoClientSettings _settings;
    private readonly Socket _socket;
    private readonly BsonBinaryWriter _writer = new();
    private readonly CancellationTokenSource _deadline = new();
    private Stream _stream = Stream.Null;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _requestId;
    private int _disposed;

    private Connection(MongoServerAddress address, MongoClientSettings settings)
    {
        (Address, _settings) = (address, settings);
        _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
    }

    public MongoServerAddress Address { get; }

    /// <summary>For reading replies; like their bytes, its state is valid until the next command.</summary>
    public BsonBinaryReader Reader { get; } = new(ReadOnlyMemory<byte>.Empty);

    public bool IsBroken { get; private set; }

    public int Generation { get; set; }

    public long OpenedMs { get; } = Environment.TickCount64;

    public long LastUsedMs { get; set; } = Environment.TickCount64;

    /// <summary>The server's answer to hello.</summary>
    public BsonDocument Hello { get; private set; } = [];

    /// <summary>Connects, speaks TLS, says hello and logs in, all within <see cref="MongoClientSettings.ConnectTimeout"/>.</summary>
    /// <exception cref="MongoConnectionException">Any of it failed; <see cref="MongoAuthenticationException"/> for the last.</exception>
    public static async Task<Connection> OpenAsync(MongoServerAddress address, MongoClientSettings settings, bool authenticate,
        CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (settings.ConnectTimeout > TimeSpan.Zero) deadline.CancelAfter(settings.ConnectTimeout);
        var connection = new Connection(address, settings);
        try
        {
            await connection._socket.ConnectAsync(address.Host, address.Port, deadline.Token).ConfigureAwait(false);
            connection._stream = new NetworkStream(connection._socket);
            if (settings.UseTls) await connection.StartTlsAsync(deadline.Token).ConfigureAwait(false);
            var scram = authenticate && settings.Credential is { } credential ? new ScramSha256(credential) : null;
            await connection.SayHelloAsync(scram, deadline.Token).ConfigureAwait(false);
            if (scram is not null) await scram.AuthenticateAsync(connection, deadline.Token).ConfigureAwait(false);
            return connection;
        }
        catch (Exception e)
        {
            connection.Dispose();
            if (e is MongoAuthenticationException || (e is OperationCanceledException && cancellationToken.IsCancellationRequested)) throw;
            var cause = e is OperationCanceledException || deadline.IsCancellationRequested
                ? new TimeoutException($"Timed out connecting to {address}. Timeout was {settings.ConnectTimeout}.", e)
                : e;
            throw new MongoConnectionException($"An exception occurred while opening a connection to the server {address}: {cause.Message}", cause);
        }
    }

    /// <summary>Whether the server has hung up while nobody looked.</summary>
    public bool IsHungUp()
    {
        try
        {
            return _socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>Sends a command and gives the reply's body, which is valid until the next one; empty where no reply comes.</summary>
    /// <exception cref="MongoConnectionException">The connection broke, time ran out, or the reply is malformed.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ExchangeAsync(CommandMessage command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var requestId = ++_requestId;
        try
        {
            _writer.Reset(BufferKeepBytesMax);
            WireProtocol.Write(_writer, command, requestId);
        }
        catch (Exception e) when (e is not MongoException)
        {
            // Nothing was sent: the connection is as good as before.
            _writer.Reset(BufferKeepBytesMax);
            throw;
        }

        cancellationToken.ThrowIfCancellationRequested();
        // One for the connection's life: making a source and a timer for each command costs more than writing the command. Once cancelled the connection is
        // broken, and needs none any more.
        _deadline.CancelAfter(timeout > TimeSpan.Zero ? timeout : Timeout.InfiniteTimeSpan);
        using var given = cancellationToken.UnsafeRegister(static deadline => ((CancellationTokenSource)deadline!).Cancel(), _deadline);
        var token = _deadline.Token;
        IsBroken = true;
        try
        {
            await _stream.WriteAsync(_writer.Written, token).ConfigureAwait(false);
            if (command.Sequence.Length > 0) await _stream.WriteAsync(command.Sequence, token).ConfigureAwait(false);
            var body = command.ExpectsReply ? WireProtocol.Body(await ReceiveAsync(token).ConfigureAwait(false), requestId) : default;
            // What comes too late to stop this command must not stop the next one.
            _deadline.CancelAfter(Timeout.InfiniteTimeSpan);
            await given.DisposeAsync().ConfigureAwait(false);
            IsBroken = _deadline.IsCancellationRequested;
            return body;
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        catch (OperationCanceledException e)
        {
            throw new MongoConnectionException(
                $"An exception occurred while receiving a message from the server {Address}: no answer.",
                new TimeoutException($"No answer within {timeout}.", e));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or FormatException)
        {
            throw new MongoConnectionException($"An exception occurred while receiving a message from the server {Address}: {e.Message}", e);
        }
    }

    /// <summary>As <see cref="ExchangeAsync"/>, for the small commands of opening a connection.</summary>
    public async Task<BsonDocument> CommandAsync(string database, BsonDocument command, CancellationToken cancellationToken)
    {
        var body = await ExchangeAsync(new CommandMessage(database, command), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        Reader.Reset(body);
        try
        {
            return BsonDocument.ReadFrom(Reader);
        }
        catch (FormatException e)
        {
            IsBroken = true;
            throw new MongoConnectionException($"The server {Address} sent a malformed answer: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        IsBroken = true;
        _stream.Dispose();
        _socket.Dispose();
        _writer.Dispose();
        _deadline.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellationToken)
    {
        if (_buffer.Length > BufferKeepBytesMax) Resize(BufferBytes, 0);
        var filled = 0;
        var length = WireProtocol.HeaderBytes;
        var known = false;
        while (filled < length)
        {
            // A length is only a claim: the buffer grows with what has come.
            if (filled == _buffer.Length) Resize((int)Math.Min(length, _buffer.Length * 2L), filled);
            var read = await _stream.ReadAsync(_buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            if (read == 0) throw new EndOfStreamException("The server closed the connection.");
            filled += read;
            if (known || filled < WireProtocol.HeaderBytes) continue;
            length = WireProtocol.MessageLength(_buffer);
            known = true;
        }

        return filled == length ? _buffer.AsMemory(0, length) : throw new FormatException("The server sent more than one message.");
    }

    private void Resize(int size, int filled)
    {
        var other = ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(0, filled).CopyTo(other);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = other;
    }

    private async Task StartTlsAsync(CancellationToken cancellationToken)
    {
        var ssl = _settings.SslSettings;
        var stream = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = stream;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = Address.Host,
            EnabledSslProtocols = ssl?.EnabledSslProtocols ?? SslProtocols.None,
            RemoteCertificateValidationCallback = ssl?.ServerCertificateValidationCallback,
            CertificateRevocationCheckMode = ssl?.CheckCertificateRevocation == true ? X509RevocationMode.Online : X509RevocationMode.NoCheck,
        };
        if (ssl?.ClientCertificates is { } certificates) options.ClientCertificates = [.. certificates];
        await stream.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
    }

    private async Task SayHelloAsync(ScramSha256? scram, CancellationToken cancellationToken)
    {
        var client = new BsonDocument
        {
            { "driver", new BsonDocument { { "name", "mongo-csharp-driver|compat" }, { "version", "3.5" } } },
            { "os", new BsonDocument("type", OperatingSystem.IsLinux() ? "Linux" : OperatingSystem.IsWindows() ? "Windows" : "Unknown") },
            { "platform", RuntimeInformation.FrameworkDescription },
        };
        if (_settings.ApplicationName is { } name) client.InsertAt(0, new("application", new BsonDocument("name", name)));
        var hello = new BsonDocument { { "hello", 1 }, { "helloOk", true }, { "client", client } };
        if (scram is not null) hello.Add("speculativeAuthenticate", scram.FirstCommand().Add("db", _settings.Credential!.Source));
        Hello = await CommandAsync("admin", hello, cancellationToken).ConfigureAwait(false);
        if (!ServerDescription.IsOk(Hello)) throw ServerErrors.ToException(new BsonDocument("hello", 1), Hello);
    }
}
