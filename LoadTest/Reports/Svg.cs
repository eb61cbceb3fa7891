using System.Net;

namespace LoadTest.Reports;

/// <summary>Draws plots as SVG; the page's style sets their colors.</summary>
internal static class Svg
{
    private const int Width = 720, Height = 220, Left = 60, Right = 12, Top = 12, Bottom = 28, Ticks = 4, TimeTicks = 8, LabelsMax = 10;
    private const int BarHeight = 22, RowHeight = 34, NamesWidth = 130, CountsWidth = 90;

    /// <summary>Plots lines over time, with one value per second from second 1.</summary>
    /// <param name="title">The title for screen readers.</param>
    /// <param name="measuredFrom">The index of the first measured second; earlier ones are shaded.</param>
    /// <param name="lines">The lines, each with a value for each second.</param>
    public static string OverTime(string title, int measuredFrom, params PlotLine[] lines)
    {
        var (count, top) = (lines[0].Values.Count, NiceTop(lines.Max(static line => line.Values.DefaultIfEmpty().Max())));
        double X(int second) => Left + ((Width - Left - Right) * (double)second / Math.Max(count - 1, 1));
        var svg = new List<string>();
        if (measuredFrom > 0)
        {
            svg.Add($"""<rect class="ramp" x="{Left}" y="{Top}" width="{X(Math.Min(measuredFrom, count - 1)) - Left:0.#}" height="{Height - Top - Bottom}">""");
            svg.Add("<title>not measured yet</title></rect>");
        }

        svg.AddRange(Scale(top));
        for (var i = 0; i < count; i += Math.Max(1, (count + TimeTicks - 1) / TimeTicks)) svg.Add(Label(X(i), $"{i + 1} s"));
        foreach (var line in lines)
        {
            var points = line.Values.Select((value, i) => $"{X(i):0.#},{Y(value, top):0.#}");
            svg.Add($"""<polyline class="line {line.Class}" points="{string.Join(' ', points)}"/>""");
            svg.AddRange(line.Values.Select((value, i) => $"""<circle class="dot {line.Class}" cx="{X(i):0.#}" cy="{Y(value, top):0.#}" r="7">"""
                + $"<title>{i + 1} s, {Text(line.Name)}: {Number(value)}</title></circle>"));
        }

        return Drawing(title, Height, svg);
    }

    /// <summary>Plots bars side by side, each with a label below it if there is room.</summary>
    public static string Bars(string title, IReadOnlyList<(string Label, double Value)> bars)
    {
        var (top, step) = (NiceTop(bars.Select(static bar => bar.Value).DefaultIfEmpty().Max()), (double)(Width - Left - Right) / Math.Max(bars.Count, 1));
        var svg = new List<string>(Scale(top));
        foreach (var (i, (label, value)) in bars.Index())
        {
            var (x, y) = (Left + (i * step), Y(value, top));
            svg.Add($"""<rect class="first" x="{x + 1:0.#}" y="{y:0.#}" width="{Math.Max(step - 2, 1):0.#}" height="{Height - Bottom - y:0.#}">""");
            svg.Add($"<title>{Text(label)}: {Number(value)}</title></rect>");
            if (i % Math.Max(1, (bars.Count + LabelsMax - 1) / LabelsMax) == 0) svg.Add(Label(x + (step / 2), label));
        }

        return Drawing(title, Height, svg);
    }

    /// <summary>Plots a row for each name, divided into its parts.</summary>
    public static string Rows(string title, IReadOnlyList<(string Name, IReadOnlyList<(string Part, string Class, long Count)> Parts)> rows)
    {
        var svg = new List<string>();
        foreach (var (i, (name, parts)) in rows.Index())
        {
            var (total, x) = (parts.Sum(static part => part.Count), (double)NamesWidth);
            svg.Add($"""<text x="0" y="{(i * RowHeight) + 16}">{Text(name)}</text>""");
            foreach (var (part, style, count) in parts.Where(static part => part.Count > 0))
            {
                var width = Math.Max((Width - NamesWidth - CountsWidth) * (double)count / total, 2); // even the smallest part is visible
                svg.Add($"""<rect class="{style}" x="{x:0.#}" y="{i * RowHeight}" width="{width:0.#}" height="{BarHeight}">""");
                svg.Add($"<title>{Text(name)}: {count:N0} {Text(part)}</title></rect>");
                x += width + 2;
            }

            svg.Add($"""<text class="end" x="{Width}" y="{(i * RowHeight) + 16}">{total:N0}</text>""");
        }

        return Drawing(title, rows.Count * RowHeight, svg);
    }

    /// <summary>Formats a number with about three digits.</summary>
    public static string Number(double value) =>
        value switch { >= 100 or 0 => $"{value:N0}", >= 10 => $"{value:0.#}", >= 1 => $"{value:0.##}", _ => $"{value:0.###}" };

    /// <summary>Encodes text for a page.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Drawing(string title, int height, IEnumerable<string> parts) =>
        $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" role="img" aria-label="{Text(title)}">{string.Concat(parts)}</svg>""";

    private static IEnumerable<string> Scale(double top) => Enumerable.Range(0, Ticks + 1).Select(i => (Value: top * i / Ticks, Y: Y(top * i / Ticks, top)))
        .Select(tick => $"""<line class="grid" x1="{Left}" y1="{tick.Y:0.#}" x2="{Width - Right}" y2="{tick.Y:0.#}"/>"""
            + $"""<text class="end" x="{Left - 6}" y="{tick.Y + 4:0.#}">{Number(tick.Value)}</text>""");

    private static string Label(double x, string label) => $"""<text class="middle" x="{x:0.#}" y="{Height - 8}">{Text(label)}</text>""";

    private static double Y(double value, double top) => Height - Bottom - ((Height - Top - Bottom) * value / top);

    // 1, 2, 4 or 8 times a power of ten, not below the value, so that four ticks are round numbers.
    private static double NiceTop(double max)
    {
        if (max <= 0) return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(max)));
        return new[] { 1, 2, 4, 8, 10 }.First(step => step * power >= max * (1 - 1e-9)) * power;
    }
}
