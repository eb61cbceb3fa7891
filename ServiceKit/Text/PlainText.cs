using System.Globalization;
using System.Text;

namespace ServiceKit.Text;

/// <summary>One line of text that people enter, such as a name. Cleaned, it cannot change the page that shows it.</summary>
public static class PlainText
{
    private const int ZeroWidthNonJoiner = 0x200C, ZeroWidthJoiner = 0x200D;

    /// <summary>
    /// Composes characters (NFC), makes every run of white space one space, trims, and drops invisible characters: those that change the direction of text, and
    /// others that people paste without seeing them. Control characters stay, see <see cref="IsPlain"/>.
    /// </summary>
    /// <returns>The text; null if it is null.</returns>
    public static string? Clean(string? text)
    {
        if (text is null) return null;
        var clean = new StringBuilder(text.Length);
        var isSpace = false;
        foreach (var rune in CanonicalForms.Compose(text).EnumerateRunes())
        {
            if (IsInvisible(rune)) continue;
            if (Rune.IsWhiteSpace(rune))
            {
                isSpace = clean.Length > 0;
                continue;
            }

            if (isSpace) clean.Append(' ');
            isSpace = false;
            clean.Append(rune.ToString());
        }

        return clean.ToString();
    }

    /// <summary>Whether the text has no control characters and none that change its direction.</summary>
    public static bool IsPlain(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsInvisible(rune)) return false;
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator) return false;
        }

        return true;
    }

    // The joiners are invisible too, but some scripts need them.
    private static bool IsInvisible(Rune rune) =>
        rune.Value is not (ZeroWidthNonJoiner or ZeroWidthJoiner) && Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format;
}
