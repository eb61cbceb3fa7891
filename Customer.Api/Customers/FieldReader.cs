using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using ServiceKit.Text;

namespace Customer.Api.Customers;

/// <summary>
/// Reads the members of a JSON object one by one and collects their errors. A member that is null counts as missing.
/// </summary>
/// <param name="json">The object.</param>
/// <param name="path">Prefix of names in error messages: empty, or a path that ends with a dot.</param>
/// <param name="errors">Receives the errors.</param>
internal sealed class FieldReader(JsonElement json, string path, FieldErrors errors)
{
    private static readonly JsonElement Nothing = JsonElement.Parse("{}");

    private readonly JsonElement _json = WithValidNames(json, path, errors);
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private readonly HashSet<string> _wrong = new(StringComparer.Ordinal);

    /// <summary>Whether any of these members was invalid.</summary>
    public bool IsWrong(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (_wrong.Contains(name)) return true;
        }

        return false;
    }

    /// <summary>Reads a text and trims it; null if it is missing or invalid.</summary>
    public string? Text(string name, int lengthMax)
    {
        if (!TryGet(name, out var value)) return null;
        return TextOf(value, lengthMax) ?? Wrong<string>(name, TextRule(lengthMax));
    }

    public string? Required(string name, int lengthMax) =>
        TryGet(name, out _) ? Text(name, lengthMax) : Wrong<string>(name, TextRule(lengthMax));

    public long? Whole(string name, long min, long max)
    {
        if (TryGet(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min && number <= max)
            return number;
        Wrong<object>(name, string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {min} to {max}."));
        return null;
    }

    /// <summary>
    /// Reads a time in ISO 8601 and converts it to UTC, truncated to milliseconds. A time without an offset is UTC; a date is its first moment.
    /// </summary>
    public DateTime? Time(string name)
    {
        if (!TryGet(name, out var value)) return null;
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (StringOf(value) is { Length: >= 10 and <= 40 } text && text is [_, _, _, _, '-', _, _, '-', ..]
            && DateTime.TryParse(text, CultureInfo.InvariantCulture, Utc, out var time) && time.Year is >= 1970 and <= 2999)
            return time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMillisecond));
        Wrong<object>(name, "must be a time like 2026-11-21T10:00:00Z, from 1970 to 2999.");
        return null;
    }

    /// <summary>Reads an object; null if it is missing or invalid.</summary>
    public FieldReader? Object(string name)
    {
        if (!TryGet(name, out var value)) return null;
        return value.ValueKind == JsonValueKind.Object ? new FieldReader(value, $"{path}{name}.", errors) : Wrong<FieldReader>(name, "must be an object.");
    }

    /// <summary>Reads an array; null if it is missing or invalid.</summary>
    public JsonElement? Array(string name, int countMax)
    {
        if (!TryGet(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= countMax) return value;
        Wrong<object>(name, $"must be an array of {countMax} at most.");
        return null;
    }

    /// <summary>Returns all members that are not null.</summary>
    public IEnumerable<(string Name, JsonElement Value)> All(int countMax)
    {
        if (_json.GetPropertyCount() > countMax) errors.Add(path.TrimEnd('.'), $"must have at most {countMax} members.");
        return _json.EnumerateObject().Take(countMax).Where(static member => member.Value.ValueKind != JsonValueKind.Null)
            .Select(static member => (member.Name, member.Value));
    }

    /// <summary>Ends reading: any member that was neither read nor is tolerated is an error.</summary>
    public void End(ReadOnlySpan<string> tolerated)
    {
        // The names come from the client. They are truncated and limited in number, so that the response stays small.
        const int NamedMax = 20, LengthMax = 64;
        var named = 0;
        foreach (var member in _json.EnumerateObject())
        {
            if (_read.Contains(member.Name) || tolerated.Contains(member.Name)) continue;
            if (++named > NamedMax) return;
            errors.Add(path + (member.Name.Length > LengthMax ? member.Name[..LengthMax] + "..." : member.Name), "is not a field of a customer.");
        }
    }

    // A character that is one UTF-16 unit when composed has at most four when decomposed.
    private const int DecomposedMax = 4;

    /// <summary>
    /// Returns a text, composed (NFC) and trimmed; null if the value is not a text, is empty or too long, or has control characters or characters that change
    /// the direction of text.
    /// </summary>
    public static string? TextOf(JsonElement value, int lengthMax)
    {
        if (StringOf(value) is not { } given || given.Length > DecomposedMax * lengthMax) return null;
        var text = CanonicalForms.Compose(given).Trim();
        return text.Length >= 1 && text.Length <= lengthMax && PlainText.IsPlain(text) ? text : null;
    }

    private static string? StringOf(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException) // an unpaired surrogate escape
        {
            return null;
        }
    }

    // A name with an unpaired surrogate escape cannot be read, not even to compare it with another one.
    private static JsonElement WithValidNames(JsonElement json, string path, FieldErrors errors)
    {
        try
        {
            foreach (var member in json.EnumerateObject())
            {
                if (JsonMarshal.GetRawUtf8PropertyName(member).Contains((byte)'\\')) _ = member.Name;
            }

            return json;
        }
        catch (InvalidOperationException)
        {
            errors.Add(path is "" ? "customer" : path.TrimEnd('.'), "must have names that are valid Unicode.");
            return Nothing;
        }
    }

    private static string TextRule(int lengthMax) => $"must be a text of 1 to {lengthMax} characters, none of them a control or direction character.";

    private bool TryGet(string name, out JsonElement value)
    {
        _read.Add(name);
        return _json.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    private T? Wrong<T>(string name, string rule) where T : class
    {
        _wrong.Add(name);
        errors.Add(path + name, rule);
        return null;
    }
}
