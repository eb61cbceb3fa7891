using System.Security.Cryptography;
using System.Text;
using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;

namespace DocumentDb.Gateway.Sessions;

/// <summary>
/// One SCRAM-SHA-256 login (RFC 5802, RFC 7677). The engine keeps the salted keys of its roles and checks the proof; this class only creates the nonce and the
/// messages. An unknown user also gets a salt, so that clients cannot find out which users exist.
/// </summary>
internal sealed class ScramConversation(EngineClient engine)
{
    private const int NonceBytes = 24, MessageCharactersMax = 4096, Iterations = 4096;
    private static readonly Identity Gateway = new("", IsSuperuser: true);
    private static readonly byte[] Decoy = RandomNumberGenerator.GetBytes(32);

    private string _user = "", _firstBare = "", _serverFirst = "", _nonce = "", _bindingHeader = "";
    private bool _exists;

    /// <summary>The user, after the proof was verified.</summary>
    public Identity? Identity { get; private set; }

    /// <summary>Answers the client's first message.</summary>
    /// <exception cref="CommandException">The message is not valid.</exception>
    public async ValueTask<string> StartAsync(byte[] payload, CancellationToken ct)
    {
        var message = Text(payload);
        // gs2-header: no channel binding, and optionally an authorization identity.
        var headerEnd = message.StartsWith("n,", StringComparison.Ordinal) || message.StartsWith("y,", StringComparison.Ordinal) ? message.IndexOf(',', 2) : -1;
        if (headerEnd < 0) throw Refused();
        (_bindingHeader, _firstBare) = (message[..(headerEnd + 1)], message[(headerEnd + 1)..]);
        _user = Field(_firstBare, "n=").Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
        _nonce = Field(_firstBare, "r=") + Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes));

        await using var session = await engine.OpenAsync(Gateway, ct);
        using var answer = new BsonBuffer();
        _exists = await session.ReadDocumentAsync(session.Command(Sql.Salt, EngineSession.Text(_user)), answer, ct) && IsOk(answer.Written);
        var (salt, iterations) = _exists ? ReadSalt(answer.Written) : (DecoySalt(_user), Iterations);
        return _serverFirst = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"r={_nonce},s={salt},i={iterations}");
    }

    /// <summary>Verifies the proof in the client's last message and returns the server's proof.</summary>
    /// <exception cref="CommandException">The proof or the message is not valid.</exception>
    public async ValueTask<string> FinishAsync(byte[] payload, CancellationToken ct)
    {
        var message = Text(payload);
        var proofAt = message.LastIndexOf(",p=", StringComparison.Ordinal);
        if (proofAt < 0) throw Refused();
        var withoutProof = message[..proofAt];
        if (Field(withoutProof, "c=") != Convert.ToBase64String(Encoding.UTF8.GetBytes(_bindingHeader)) || Field(withoutProof, "r=") != _nonce || !_exists)
            throw Refused();

        await using var session = await engine.OpenAsync(Gateway, ct);
        using var answer = new BsonBuffer();
        var command = session.Command(Sql.Authenticate, EngineSession.Text(_user), EngineSession.Text($"{_firstBare},{_serverFirst},{withoutProof}"),
            EngineSession.Text(message[(proofAt + 3)..]));
        if (!await session.ReadDocumentAsync(command, answer, ct) || !IsOk(answer.Written)) throw Refused();
        var signature = ReadSignature(answer.Written);
        var isSuperuser = await session.ReadValueAsync(session.Command(Sql.IsSuperuser, EngineSession.Text(_user)), ct);
        Identity = new Identity(_user, isSuperuser is true);
        return $"v={signature}";
    }

    /// <summary>Creates the error for any failed login, whatever the reason.</summary>
    public static CommandException Refused() => new(ErrorCodes.AuthenticationFailed, "Authentication failed.");

    private static string Text(byte[] payload) => payload.Length is > 0 and <= MessageCharactersMax ? Encoding.UTF8.GetString(payload) : throw Refused();

    private static string Field(string message, string name)
        => message.Split(',').FirstOrDefault(part => part.StartsWith(name, StringComparison.Ordinal)) is { } part && part.Length > name.Length
            ? part[name.Length..] : throw Refused();

    private static string DecoySalt(string user) => Convert.ToBase64String(HMACSHA256.HashData(Decoy, Encoding.UTF8.GetBytes(user))[..16]);

    private static bool IsOk(ReadOnlySpan<byte> document)
    {
        var view = new BsonView(document);
        return view.MoveTo("ok"u8) && view.IsTrue;
    }

    private static (string Salt, long Iterations) ReadSalt(ReadOnlySpan<byte> document)
    {
        var salt = new BsonView(document);
        var iterations = new BsonView(document);
        return salt.MoveTo("salt"u8) && iterations.MoveTo("iterations"u8) ? (salt.AsString() ?? "", iterations.AsInt64() ?? 0) : throw Refused();
    }

    private static string ReadSignature(ReadOnlySpan<byte> document)
    {
        var view = new BsonView(document);
        return view.MoveTo("ServerSignature"u8) && view.AsString() is { } signature ? signature : throw Refused();
    }
}
