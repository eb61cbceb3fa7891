using System.Text.Json;

namespace LoadTest.Http;

/// <summary>Reads single members of a JSON body: the first with the given name at any depth.</summary>
internal static class JsonBody
{
    /// <summary>Reads a string; false if there is none of that name, or the body is not JSON.</summary>
    public static bool TryText(ReadOnlySpan<byte> body, string name, out string value)
    {
        value = Find(body, name, out var reader) && reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        return value.Length > 0;
    }

    /// <summary>Reads a whole number; false if there is none of that name, or the body is not JSON.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> body, string name, out long value)
    {
        value = 0;
        return Find(body, name, out var reader) && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out value);
    }

    /// <summary>Reads a boolean; null if the field is missing or the body is not JSON.</summary>
    public static bool? Bool(ReadOnlySpan<byte> body, string name) => !Find(body, name, out var reader) ? null : reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => null,
    };

    private static bool Find(ReadOnlySpan<byte> body, string name, out Utf8JsonReader reader)
    {
        reader = new Utf8JsonReader(body);
        try
        {
            while (reader.Read())
                if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(name)) return reader.Read();
        }
        catch (JsonException)
        {
            // Not valid JSON.
        }

        return false;
    }
}
