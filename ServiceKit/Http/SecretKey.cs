using System.Security.Cryptography;
using System.Text;

namespace ServiceKit.Http;

/// <summary>A configured key that its holders enter. Only its digest is kept, and comparisons take the same time however much of a guess is right.</summary>
public sealed class SecretKey
{
    /// <summary>Minimum length of a key, in characters.</summary>
    public const int LengthMin = 16;

    private readonly byte[] _digest;

    /// <param name="key">The key, which the configuration has validated (<see cref="IsTooShort"/>).</param>
    public SecretKey(string key) => _digest = DigestOf(key);

    /// <summary>SHA-256 of the key, in UTF-8.</summary>
    public ReadOnlySpan<byte> Digest => _digest;

    /// <summary>Whether a key is configured that could be guessed.</summary>
    public static bool IsTooShort(string? key) => key is { Length: > 0 and < LengthMin };

    /// <summary>Whether the text is the key.</summary>
    public bool Is(string text) => HasDigest(DigestOf(text));

    /// <summary>Whether the digest is the key's.</summary>
    public bool HasDigest(ReadOnlySpan<byte> digest) => CryptographicOperations.FixedTimeEquals(digest, _digest);

    private static byte[] DigestOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
