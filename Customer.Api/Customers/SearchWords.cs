using System.Text;

namespace Customer.Api.Customers;

/// <summary>
/// The words by which searches find a customer: those of the name, and of the email address before its @. They are in lower case, so that a search is a plain
/// prefix lookup in one index.
/// </summary>
internal static class SearchWords
{
    /// <summary>Maximum number of words per customer; any more are ignored.</summary>
    public const int CountMax = 12;

    /// <summary>Maximum length of a word in characters; longer words are truncated.</summary>
    public const int LengthMax = 40;

    /// <summary>
    /// Returns the words to store. Words of the email address that contain digits are left out: addresses have them to be unique, and their index would be as
    /// large as the one on email addresses.
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

    /// <summary>Returns the distinct words of a text, in order.</summary>
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
