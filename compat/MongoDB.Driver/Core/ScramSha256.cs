using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MongoDB.Bson;

namespace MongoDB.Driver;

/// <summary>SCRAM-SHA-256 (RFC 5802, RFC 7677) as MongoDB carries it, begun within hello where the server allows it.</summary>
internal sealed class ScramSha256(MongoCredential credential)
{
    // RFC 7677 asks for 4096 at least; above a million the server would hold us for seconds.
    private const int IterationsMin = 4096, IterationsMax = 1_000_000, RoundsMax = 4, CachedKeysMax = 100;
    private static readonly ConcurrentDictionary<(string Password, string Salt, int Iterations), (byte[] Client, byte[] Server)> Keys = new();

    private readonly string _nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(24));

    private string FirstBare
        => $"n={credential.Username.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal)},r={_nonce}";

    public BsonDocument FirstCommand() => new()
    {
        { "saslStart", 1 },
        { "mechanism", "SCRAM-SHA-256" },
        { "payload", Encoding.UTF8.GetBytes("n,," + FirstBare) },
        { "options", new BsonDocument("skipEmptyExchange", true) },
    };

    /// <exception cref="MongoAuthenticationException">The server refused, or did not prove that it knows the password.</exception>
    public async Task AuthenticateAsync(Connection connection, CancellationToken cancellationToken)
    {
        var first = connection.Hello.GetValue("speculativeAuthenticate", BsonNull.Value) as BsonDocument
            ?? await SendAsync(connection, FirstCommand(), cancellationToken).ConfigureAwait(false);
        var (proof, signature) = Answer(Payload(first));
        var reply = await SendAsync(connection, Continue(first, Encoding.UTF8.GetBytes(proof)), cancellationToken).ConfigureAwait(false);
        var fields = Fields(Payload(reply));
        if (!fields.TryGetValue('v', out var proven)
            || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(proven), Encoding.ASCII.GetBytes(signature)))
        {
            throw Failed("the server did not prove that it knows the password");
        }

        // Servers that do not skip the last, empty exchange want it.
        for (var round = 0; reply.GetValue("done", false) != BsonBoolean.True; round++)
        {
            if (round == RoundsMax) throw Failed("the exchange does not end");
            reply = await SendAsync(connection, Continue(first, []), cancellationToken).ConfigureAwait(false);
        }
    }

    private static BsonDocument Continue(BsonDocument first, byte[] payload)
        => new() { { "saslContinue", 1 }, { "conversationId", first.GetValue("conversationId", 1) }, { "payload", payload } };

    private (string Proof, string ServerSignature) Answer(string serverFirst)
    {
        var fields = Fields(serverFirst);
        if (!fields.TryGetValue('r', out var nonce) || !nonce.StartsWith(_nonce, StringComparison.Ordinal) || nonce.Length == _nonce.Length
            || !fields.TryGetValue('s', out var salt) || !fields.TryGetValue('i', out var count)
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations is < IterationsMin or > IterationsMax)
        {
            throw Failed("the server's first message is malformed, or its iteration count out of bounds");
        }

        var (clientKey, serverKey) = KeysFor(salt, iterations);
        var withoutProof = $"c=biws,r={nonce}";
        var message = Encoding.UTF8.GetBytes($"{FirstBare},{serverFirst},{withoutProof}");
        var proof = HMACSHA256.HashData(SHA256.HashData(clientKey), message);
        for (var i = 0; i < proof.Length; i++) proof[i] ^= clientKey[i];
        return ($"{withoutProof},p={Convert.ToBase64String(proof)}", Convert.ToBase64String(HMACSHA256.HashData(serverKey, message)));
    }

    // The slow hash is the same for every connection: it is kept, so that a storm of connections costs it once.
    private (byte[] Client, byte[] Server) KeysFor(string salt, int iterations)
    {
        var key = (credential.Password, salt, iterations);
        if (Keys.TryGetValue(key, out var known)) return known;
        byte[] saltBytes;
        try
        {
            saltBytes = Convert.FromBase64String(salt);
        }
        catch (FormatException e)
        {
            throw new MongoAuthenticationException("The server's salt is malformed.", e);
        }

        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(SaslPrep(credential.Password)), saltBytes, iterations, HashAlgorithmName.SHA256, 32);
        var keys = (HMACSHA256.HashData(salted, "Client Key"u8), HMACSHA256.HashData(salted, "Server Key"u8));
        if (Keys.Count >= CachedKeysMax) Keys.Clear();
        Keys[key] = keys;
        return keys;
    }

    /// <summary>RFC 4013 as far as passwords need it: other spaces become spaces, soft hyphens and joiners vanish, then NFKC; control characters are
    /// refused.</summary>
    /// <exception cref="MongoAuthenticationException">The password has a character that is not allowed.</exception>
    internal static string SaslPrep(string text)
    {
        if (System.Text.Ascii.IsValid(text) && !text.AsSpan().ContainsAnyInRange('\0', '\u001f') && !text.Contains('\u007f', StringComparison.Ordinal))
            return text;
        var mapped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is '\u00ad' or '\u034f' or '\u1806' or '\u2060' or '\ufeff'
                or (>= '\u180b' and <= '\u180d') or (>= '\u200b' and <= '\u200d') or (>= '\ufe00' and <= '\ufe0f')) continue;
            mapped.Append(char.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator ? ' ' : c);
        }

        var normal = mapped.ToString().Normalize(NormalizationForm.FormKC);
        foreach (var c in normal)
        {
            if (char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.PrivateUse)
                throw new MongoAuthenticationException("The password has a character that SASLprep does not allow.");
        }

        return normal;
    }

    private async Task<BsonDocument> SendAsync(Connection connection, BsonDocument command, CancellationToken cancellationToken)
    {
        var reply = await connection.CommandAsync(credential.Source, command, cancellationToken).ConfigureAwait(false);
        return ServerDescription.IsOk(reply) ? reply : throw Failed(ServerErrors.Text(reply, "errmsg"));
    }

    private static string Payload(BsonDocument reply)
        => reply.GetValue("payload", BsonNull.Value) is BsonBinaryData payload ? Encoding.UTF8.GetString(payload.Bytes) : "";

    private static Dictionary<char, string> Fields(string message)
    {
        var fields = new Dictionary<char, string>();
        foreach (var part in message.Split(','))
        {
            if (part.Length > 1 && part[1] == '=') fields[part[0]] = part[2..];
        }

        return fields;
    }

    private MongoAuthenticationException Failed(string why)
        => new($"Unable to authenticate username '{credential.Username}'"
            + $" on database '{credential.Source}' using sasl protocol mechanism SCRAM-SHA-256: {why}.");
}
