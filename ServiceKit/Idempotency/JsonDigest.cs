using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ServiceKit.Idempotency;

/// <summary>
/// Digests JSON by its meaning: white space, the order of members, escapes and the notation of numbers make no difference. Unlike RFC 8785, numbers keep all
/// their digits, because amounts have 64 bits.
/// </summary>
internal static class JsonDigest
{
    private const int DigestBytes = 16;

    // No number of the shop has such an exponent, and a longer one would not fit in 64 bits.
    private const int ExponentLengthMax = 9;

    /// <summary>Returns 32 hexadecimal digits.</summary>
    public static string Of(JsonElement json)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, json);
        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, DigestBytes));
    }

    private static void Append(IncrementalHash hash, JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                Append(hash, "{");
                foreach (var (name, value) in json.EnumerateObject().Select(static member => (Name(member), member.Value))
                    .OrderBy(static member => member.Item1, StringComparer.Ordinal))
                {
                    Append(hash, name);
                    Append(hash, value);
                }

                Append(hash, "}");
                break;
            case JsonValueKind.Array:
                Append(hash, "[");
                foreach (var value in json.EnumerateArray()) Append(hash, value);
                Append(hash, "]");
                break;
            case JsonValueKind.String:
                Append(hash, "\"");
                Append(hash, Text(json));
                break;
            case JsonValueKind.Number: Append(hash, Number(json.GetRawText())); break;
            default: Append(hash, json.GetRawText()); break; // true, false, null
        }
    }

    // Each part is preceded by its length, so that no two sequences of parts are the same bytes.
    private static void Append(IncrementalHash hash, string part)
    {
        hash.AppendData(BitConverter.GetBytes(part.Length));
        hash.AppendData(Encoding.UTF8.GetBytes(part));
    }

    // Text that is not valid Unicode has no value, so its notation counts.
    private static string Text(JsonElement json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return json.GetRawText();
        }
    }

    private static string Name(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8PropertyName(member));
        }
    }

    // The digits without zeros at either end, and the exponent: 1, 1.0 and 10e-1 are 1E0.
    private static string Number(string text)
    {
        var parts = text.Split('e', 'E');
        if (parts is [_, { Length: > ExponentLengthMax }]) return text;
        var exponent = parts.Length > 1 ? long.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        if (point >= 0) exponent -= parts[0].Length - point - 1;
        var digits = parts[0].Replace(".", "", StringComparison.Ordinal).TrimStart('-').TrimStart('0');
        if (digits.Length == 0) return "0";
        var significant = digits.TrimEnd('0');
        exponent += digits.Length - significant.Length;
        return string.Create(CultureInfo.InvariantCulture, $"{(text[0] == '-' ? "-" : "")}{significant}E{exponent}");
    }
}
