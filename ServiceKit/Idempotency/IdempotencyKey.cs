using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using ServiceDefaults;

namespace ServiceKit.Idempotency;

/// <summary>
/// The <c>Idempotency-Key</c> header of a request (draft-ietf-httpapi-idempotency-key-header-07): under it the request is carried out once, and has the same
/// answer however often it is sent. A parameter of this type in an endpoint is null where a request has none.
/// </summary>
/// <param name="Id">Stands for the key's text; what a client cannot choose. A hash, so that keys of any length cost the same.</param>
public sealed record IdempotencyKey(Guid Id)
{
    /// <summary>The header's name.</summary>
    public const string Header = ResilienceExtensions.IdempotencyKeyHeader;

    /// <summary>Most characters of a key.</summary>
    public const int LengthMax = 255;

    /// <summary>How long a key is remembered at least.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>Reads the header; called by the framework.</summary>
    /// <exception cref="BadHttpRequestException">400: not 1 to 255 visible ASCII characters, or more than one.</exception>
    public static ValueTask<IdempotencyKey?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        var values = context.Request.Headers[Header];
        return values.Count == 0 ? default : new(values.Count == 1 && Parse(values[0]) is { } key
            ? key : throw new BadHttpRequestException($"{Header} must be a single value of 1 to {LengthMax} visible ASCII characters."));
    }

    /// <summary>Stands for a request whose text should not be kept, such as one with an address: 32 hexadecimal digits.</summary>
    public static string Digest(string request) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request)).AsSpan(0, 16));

    /// <summary>The key of a text; null where it cannot be one. Quotes around it, as structured headers have them (RFC 9651), do not count.</summary>
    public static IdempotencyKey? Parse(string? text)
    {
        var key = text.AsSpan().Trim();
        if (key is ['"', .. var quoted, '"']) key = quoted;
        if (key.Length is 0 or > LengthMax || key.ContainsAnyExceptInRange('!', '~')) return null;
        Span<byte> ascii = stackalloc byte[key.Length], hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(ascii[..Encoding.ASCII.GetBytes(key, ascii)], hash);
        hash[6] = (byte)(0x80 | (hash[6] & 0x0F)); // version 8, of our own making (RFC 9562)
        hash[8] = (byte)(0x80 | (hash[8] & 0x3F));
        return new(new Guid(hash[..16], bigEndian: true));
    }
}
