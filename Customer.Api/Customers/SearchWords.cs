using System.Text;

namespace Customer.Api.Customers;

/// <summary>
/// The words that a customer is found by: those of the name, and of the email address before its @. In lower case, so that a search is a plain look-up of
/// prefixes in one index.
/// </summary>
internal static class SearchWords
{
    /// <summary>Most words of one customer; more do not count.</summary>
    public const int CountMax = 12;

    /// <summary>Longest word, characters; a longer one is cut.</summary>
    public const int LengthMax = 40;

    /// <summary>
    /// The words to store. Numbers are left out: an address has them to be unique, and an index of them would be as large as that of the addresses.
    /// </summary>
    public static List<string> Of(string name, string email)
    {
        var words = Split(name);
        foreach (var word in Split(email[..Math.Max(email.IndexOf('@', StringComparison.Ordinal), 0)]))
        {
            if (!words.Contains(word) && !word.Any(char.IsAsciiDigit)) words.Add(word);
        }

        return words.Count > CountMax ? words[..CountMax] : words;
    }

    /// <summary>The different words of a text, in order.</summary>
    public static List<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c)) word.Append(char.ToLowerInvariant(c));
            else End();
        }

        End();
        return words;

        void End()
        {
            if (word.Length == 0) return;
            var text = word.ToString(0, Math.Min(word.Length, LengthMax));
            if (!words.Contains(text)) words.Add(text);
            word.Clear();
        }
    }
}
