using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ServiceDefaults;

namespace ServiceKit.Idempotency;

/// <summary>
/// The <c>Idempotency-Key</c> header of a request (draft-ietf-httpapi-idempotency-key-header-07). A request with a key is executed once, and retries get the
/// same response. A parameter of this type in an endpoint is null if the request has no key.
/// </summary>
/// <param name="Id">A hash of the key's text, so that clients cannot choose it and keys of any length cost the same.</param>
public sealed record IdempotencyKey(Guid Id)
{
    /// <summary>The header's name.</summary>
    public const string Header = ResilienceExtensions.IdempotencyKeyHeader;

    /// <summary>Maximum length of a key in characters.</summary>
    public const int LengthMax = 255;

    /// <summary>The minimum time for which a key is stored.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>Reads the header. Called by the framework.</summary>
    /// <exception cref="BadHttpRequestException">400: the value is not 1 to 255 visible ASCII characters, or there is more than one.</exception>
    public static ValueTask<IdempotencyKey?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        var values = context.Request.Headers[Header];
        return values.Count == 0 ? default : new(values.Count == 1 && Parse(values[0]) is { } key
            ? key : throw new BadHttpRequestException($"{Header} must be a single value of 1 to {LengthMax} visible ASCII characters."));
    }

    /// <summary>
    /// Returns the digest of a body, by which the same request is told from a different one under its key: 32 hexadecimal digits. It depends on what the JSON
    /// means, not on its white space, the order of its members or how its numbers are written.
    /// </summary>
    public static string Digest(JsonElement body) => JsonDigest.Of(body);

    /// <summary>Parses a key; returns null if it is invalid. Quotes around it, as in structured headers (RFC 9651), are removed.</summary>
    public static IdempotencyKey? Parse(string? text)
    {
        var key = text.AsSpan().Trim();
        if (key is ['"', .. var quoted, '"']) key = quoted;
        if (key.Length is 0 or > LengthMax || key.ContainsAnyExceptInRange('!', '~')) return null;
        Span<byte> ascii = stackalloc byte[key.Length], hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(ascii[..Encoding.ASCII.GetBytes(key, ascii)], hash);
        hash[6] = (byte)(0x80 | (hash[6] & 0x0F)); // UUID version 8, custom (RFC 9562)
        hash[8] = (byte)(0x80 | (hash[8] & 0x3F));
        return new(new Guid(hash[..16], bigEndian: true));
    }
}
