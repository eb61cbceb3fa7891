using System.Buffers;
using System.Globalization;

namespace ServiceDefaults;

/// <summary>
/// Parses values in a path. Services take path values as text and parse them here, so that an invalid number results in a 400 and not in the 404 of an unknown
/// path.
/// </summary>
public static class PathValues
{
    /// <summary>Maximum length of an ID in characters.</summary>
    public const int IdLengthMax = 64;

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_");

    /// <summary>
    /// Whether the text is a possible ID: 1 to <see cref="IdLengthMax"/> ASCII letters, digits, <c>-</c> and <c>_</c>. Anything else is not found, without
    /// querying a store.
    /// </summary>
    public static bool IsId(string? text) => text is { Length: >= 1 and <= IdLengthMax } && !text.AsSpan().ContainsAnyExcept(IdCharacters);

    /// <summary>Parses an amount: a whole number from 1 to <paramref name="max"/>, digits only.</summary>
    public static bool TryAmount(string? text, out long amount, long max = long.MaxValue) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out amount) && amount >= 1 && amount <= max;
}
