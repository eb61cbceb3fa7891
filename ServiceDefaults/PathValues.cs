using System.Buffers;
using System.Globalization;

namespace ServiceDefaults;

/// <summary>
/// Reads what comes in a path. Services take path values as text and read them here, so that a bad number is a problem of its own (400) and not an unknown
/// path (404).
/// </summary>
public static class PathValues
{
    /// <summary>Longest id, characters.</summary>
    public const int IdLengthMax = 64;

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_");

    /// <summary>
    /// Can there be a thing of this id? Where not, it is unknown without asking a store: 1 to <see cref="IdLengthMax"/> ASCII letters, digits, <c>-</c> and
    /// <c>_</c>.
    /// </summary>
    public static bool IsId(string? text) => text is { Length: >= 1 and <= IdLengthMax } && !text.AsSpan().ContainsAnyExcept(IdCharacters);

    /// <summary>Reads an amount: a whole number from 1 to <paramref name="max"/>, digits only.</summary>
    public static bool TryAmount(string? text, out long amount, long max = long.MaxValue) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out amount) && amount >= 1 && amount <= max;
}
