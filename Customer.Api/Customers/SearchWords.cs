using System.Globalization;
using System.Text;
using ServiceKit.Text;

namespace Customer.Api.Customers;

/// <summary>
/// The words by which searches find a customer: all those of the name, and of the email address before its @. They are folded, so that a search is a plain
/// prefix lookup in one index.
/// </summary>
internal static class SearchWords
{
    /// <summary>Maximum length of a word in UTF-16 characters; longer words are truncated, in searches too.</summary>
    public const int LengthMax = 40;

    // Letters that Unicode does not decompose, and a letter that has two forms in lower case.
    private static readonly Dictionary<int, string> Letters = new()
    {
        ['ß'] = "ss", ['æ'] = "ae", ['œ'] = "oe", ['ø'] = "o", ['ł'] = "l", ['đ'] = "d", ['ð'] = "d", ['þ'] = "th", ['ħ'] = "h", ['ı'] = "i", ['ŋ'] = "n",
        ['ς'] = "σ",
    };

    private const int FullWidthFirst = 0xFF01, FullWidthLast = 0xFF5E, FullWidthOffset = 0xFEE0, ZeroWidthNonJoiner = 0x200C, ZeroWidthJoiner = 0x200D,
        Tatweel = 0x0640;

    // Marks that people leave out of a search: accents, the points of Hebrew, the vowels of Arabic, variants. Other marks are parts of their words, such as
    // the vowels of Devanagari.
    private static readonly (int First, int Last)[] Accents =
    [
        (0x0300, 0x036F), (0x0483, 0x0487), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x05C4, 0x05C5), (0x05C7, 0x05C7), (0x0610, 0x061A),
        (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F), (0xFE20, 0xFE2F),
    ];

    /// <summary>Returns the words to store. A name and an address have few enough of them: one for every second character at most.</summary>
    public static List<string> Of(string name, string email)
    {
        var words = Split(name);
        foreach (var word in Split(email[..Math.Max(email.IndexOf('@', StringComparison.Ordinal), 0)]))
        {
            if (!words.Contains(word)) words.Add(word);
        }

        return words;
    }

    /// <summary>Returns the distinct words of a text, in order: without case, accents and the width of their letters.</summary>
    public static List<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in CanonicalForms.Decompose(text).EnumerateRunes())
        {
            var folded = Rune.ToLowerInvariant(rune.Value is >= FullWidthFirst and <= FullWidthLast ? new Rune(rune.Value - FullWidthOffset) : rune);
            if (IsLeftOut(folded.Value)) continue;
            if (!IsOfWord(folded)) End();
            else if (Letters.TryGetValue(folded.Value, out var letters)) word.Append(letters);
            else word.Append(folded.ToString());
        }

        End();
        return words;

        void End()
        {
            if (word.Length == 0) return;
            var text = CanonicalForms.Compose(word.ToString());
            if (text.Length > LengthMax) text = text[..(char.IsHighSurrogate(text[LengthMax - 1]) ? LengthMax - 1 : LengthMax)];
            if (!words.Contains(text)) words.Add(text);
            word.Clear();
        }
    }

    private static bool IsLeftOut(int point) =>
        point is ZeroWidthNonJoiner or ZeroWidthJoiner or Tatweel || Array.Exists(Accents, range => point >= range.First && point <= range.Last);

    private static bool IsOfWord(Rune rune) => Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
