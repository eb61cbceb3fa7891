using System.Globalization;
using System.Text;

namespace ServiceKit.Text;

/// <summary>
/// Converts text to Unicode's canonical forms (Unicode Standard Annex 15). The services run without ICU, and without it <see cref="string.Normalize()"/>
/// returns its input unchanged.
/// </summary>
public static class CanonicalForms
{
    // Below it, text has no combining marks, and its composed characters are those of the form NFC.
    private const char FirstMark = '\u0300';

    private const int HangulFirst = 0xAC00, HangulCount = 11_172, LeadFirst = 0x1100, LeadCount = 19, VowelFirst = 0x1161, VowelCount = 21,
        TailFirst = 0x11A7, TailCount = 28, NoStarter = 256;

    private static readonly Dictionary<int, int[]> Decompositions = [];
    private static readonly Dictionary<(int First, int Second), int> Compositions = [];
    private static readonly Dictionary<int, int> Classes = [];

    static CanonicalForms()
    {
        using var lines = new StreamReader(typeof(CanonicalForms).Assembly.GetManifestResourceStream("canonical.txt")!);
        while (lines.ReadLine() is { } line)
        {
            if (line is ['#', ..] or "") continue;
            var parts = line.Split(' ');
            if (parts[0].Split("..") is [var first, var last])
            {
                for (var point = Hex(first); point <= Hex(last); point++) Classes.Add(point, int.Parse(parts[1], CultureInfo.InvariantCulture));
                continue;
            }

            int[] mapping = [.. parts[2..].Select(Hex)];
            Decompositions.Add(Hex(parts[0]), mapping);
            if (parts[1] == "=") Compositions.Add((mapping[0], mapping[1]), Hex(parts[0]));
        }
    }

    /// <summary>Returns the form NFC: letters and their marks are one character where Unicode has one.</summary>
    public static string Compose(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', (char)(FirstMark - 1))) return text;
        var points = Decomposed(text);
        if (points.Count == 0) return "";
        var (starter, count, last) = (0, 1, ClassOf(points[0]) is > 0 ? NoStarter : 0);
        for (var i = 1; i < points.Count; i++)
        {
            var (point, order) = (points[i], ClassOf(points[i]));
            if ((last < order || last == 0) && Composed(points[starter], point) is { } composed)
            {
                points[starter] = composed;
                continue;
            }

            if (order == 0) starter = count;
            last = order;
            points[count++] = point;
        }

        points.RemoveRange(count, points.Count - count);
        return Text(points);
    }

    /// <summary>Returns the form NFD: every mark is a character of its own.</summary>
    public static string Decompose(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Ascii.IsValid(text) ? text : Text(Decomposed(text));
    }

    private static List<int> Decomposed(string text)
    {
        var points = new List<int>(text.Length * 2);
        foreach (var rune in text.EnumerateRunes()) Add(points, rune.Value);
        // Marks that follow the same letter are ordered by their class, and those of a class keep their order.
        for (var i = 0; i < points.Count; i++)
        {
            var first = i;
            while (i < points.Count && ClassOf(points[i]) > 0) i++;
            if (i - first < 2) continue;
            foreach (var mark in points[first..i].OrderBy(ClassOf)) points[first++] = mark;
        }

        return points;
    }

    private static void Add(List<int> points, int point)
    {
        if (point - HangulFirst is >= 0 and < HangulCount and var syllable)
        {
            points.Add(LeadFirst + (syllable / (VowelCount * TailCount)));
            points.Add(VowelFirst + (syllable / TailCount % VowelCount));
            if (syllable % TailCount is > 0 and var tail) points.Add(TailFirst + tail);
        }
        else if (Decompositions.TryGetValue(point, out var mapping))
        {
            foreach (var part in mapping) Add(points, part);
        }
        else
        {
            points.Add(point);
        }
    }

    private static int? Composed(int first, int second)
    {
        if (first - LeadFirst is >= 0 and < LeadCount and var lead && second - VowelFirst is >= 0 and < VowelCount and var vowel)
            return HangulFirst + (((lead * VowelCount) + vowel) * TailCount);
        var (syllable, tail) = (first - HangulFirst, second - TailFirst);
        if (syllable is >= 0 and < HangulCount && syllable % TailCount == 0 && tail is > 0 and < TailCount) return first + tail;
        return Compositions.TryGetValue((first, second), out var composed) ? composed : null;
    }

    private static int ClassOf(int point) => point < FirstMark ? 0 : Classes.GetValueOrDefault(point);

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static string Text(List<int> points)
    {
        var text = new StringBuilder(points.Count);
        foreach (var point in points) text.Append(new Rune(point).ToString());
        return text.ToString();
    }
}
