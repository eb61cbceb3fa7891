using System.Globalization;
using System.Net;
using System.Text;

namespace LoadTest.Reports;

/// <summary>A line of a plot. Its class colours it.</summary>
internal sealed record PlotLine(string Name, string Class, IReadOnlyList<double> Values);

/// <summary>Plots as SVG; the page's style colours them.</summary>
internal static class Svg
{
    private const int Width = 720, Height = 220, Left = 60, Right = 12, Top = 12, Bottom = 28, Ticks = 4, TimeTicks = 8, LabelsMax = 10;
    private const int BarHeight = 22, RowHeight = 34, NamesWidth = 130, CountsWidth = 90;

    /// <summary>Lines over time, one value a second from second 1 on.</summary>
    /// <param name="title">For who does not see it.</param>
    /// <param name="measuredFrom">Index of the first second that counts; what is before is shaded.</param>
    /// <param name="lines">Each with a value for each second.</param>
    public static string OverTime(string title, int measuredFrom, params PlotLine[] lines)
    {
        var (svg, count, top) = (Begin(title, Height), lines[0].Values.Count, NiceTop(lines.Max(static line => line.Values.DefaultIfEmpty().Max())));
        double X(int second) => Left + ((Width - Left - Right) * (double)second / Math.Max(count - 1, 1));
        if (measuredFrom > 0)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"ramp\" x=\"{Left}\" y=\"{Top}\" height=\"{Height - Top - Bottom}\" ")
                .Append(CultureInfo.InvariantCulture, $"width=\"{X(Math.Min(measuredFrom, count - 1)) - Left:0.#}\"><title>not measured yet</title></rect>");
        }

        AppendScale(svg, top);
        for (var i = 0; i < count; i += Math.Max(1, (count + TimeTicks - 1) / TimeTicks)) AppendLabel(svg, X(i), $"{i + 1} s");
        foreach (var line in lines)
        {
            var points = line.Values.Select((value, i) => string.Create(CultureInfo.InvariantCulture, $"{X(i):0.#},{Y(value, top):0.#}"));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"line {line.Class}\" points=\"{string.Join(' ', points)}\"/>");
            for (var i = 0; i < count; i++)
            {
                svg.Append(CultureInfo.InvariantCulture, $"<circle class=\"dot {line.Class}\" cx=\"{X(i):0.#}\" cy=\"{Y(line.Values[i], top):0.#}\" r=\"7\">")
                    .Append(CultureInfo.InvariantCulture, $"<title>{i + 1} s, {Text(line.Name)}: {Number(line.Values[i])}</title></circle>");
            }
        }

        return End(svg);
    }

    /// <summary>Bars side by side, each with a label below where there is room.</summary>
    public static string Bars(string title, IReadOnlyList<(string Label, double Value)> bars)
    {
        var (svg, top) = (Begin(title, Height), NiceTop(bars.Select(static bar => bar.Value).DefaultIfEmpty().Max()));
        var step = (double)(Width - Left - Right) / Math.Max(bars.Count, 1);
        AppendScale(svg, top);
        for (var i = 0; i < bars.Count; i++)
        {
            var (x, y) = (Left + (i * step), Y(bars[i].Value, top));
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"first\" x=\"{x + 1:0.#}\" y=\"{y:0.#}\" width=\"{Math.Max(step - 2, 1):0.#}\" ")
                .Append(CultureInfo.InvariantCulture, $"height=\"{Height - Bottom - y:0.#}\"><title>{Text(bars[i].Label)}: {Number(bars[i].Value)}</title>")
                .Append("</rect>");
            if (i % Math.Max(1, (bars.Count + LabelsMax - 1) / LabelsMax) == 0) AppendLabel(svg, x + (step / 2), bars[i].Label);
        }

        return End(svg);
    }

    /// <summary>A row for each name, divided into parts of it.</summary>
    public static string Rows(string title, IReadOnlyList<(string Name, IReadOnlyList<(string Part, string Class, long Count)> Parts)> rows)
    {
        var svg = Begin(title, rows.Count * RowHeight);
        for (var i = 0; i < rows.Count; i++)
        {
            var (total, x) = (rows[i].Parts.Sum(static part => part.Count), (double)NamesWidth);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"0\" y=\"{(i * RowHeight) + 16}\">{Text(rows[i].Name)}</text>");
            foreach (var (part, style, count) in rows[i].Parts.Where(static part => part.Count > 0))
            {
                var width = Math.Max((Width - NamesWidth - CountsWidth) * (double)count / total, 2); // what there is shows, however little
                svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{style}\" x=\"{x:0.#}\" y=\"{i * RowHeight}\" width=\"{width:0.#}\" ")
                    .Append(CultureInfo.InvariantCulture, $"height=\"{BarHeight}\"><title>{Text(rows[i].Name)}: {count:N0} {Text(part)}</title></rect>");
                x += width + 2;
            }

            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"end\" x=\"{Width}\" y=\"{(i * RowHeight) + 16}\">{total:N0}</text>");
        }

        return End(svg);
    }

    /// <summary>A number of three digits or so.</summary>
    public static string Number(double value) => value.ToString(value switch { >= 100 or 0 => "N0", >= 10 => "0.#", >= 1 => "0.##", _ => "0.###" },
        CultureInfo.InvariantCulture);

    /// <summary>A text in a page.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    private static StringBuilder Begin(string title, int height) => new StringBuilder().Append(CultureInfo.InvariantCulture,
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{Text(title)}\">");

    private static string End(StringBuilder svg) => svg.Append("</svg>").ToString();

    private static void AppendScale(StringBuilder svg, double top)
    {
        for (var i = 0; i <= Ticks; i++)
        {
            var y = Y(top * i / Ticks, top);
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" y1=\"{y:0.#}\" x2=\"{Width - Right}\" y2=\"{y:0.#}\"/>")
                .Append(CultureInfo.InvariantCulture, $"<text class=\"end\" x=\"{Left - 6}\" y=\"{y + 4:0.#}\">{Number(top * i / Ticks)}</text>");
        }
    }

    private static void AppendLabel(StringBuilder svg, double x, string label) =>
        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"middle\" x=\"{x:0.#}\" y=\"{Height - 8}\">{Text(label)}</text>");

    private static double Y(double value, double top) => Height - Bottom - ((Height - Top - Bottom) * value / top);

    // 1, 2, 4 or 8 times a power of ten, not below the value: four ticks are round numbers.
    private static double NiceTop(double max)
    {
        if (max <= 0) return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(max)));
        return new[] { 1, 2, 4, 8, 10 }.First(step => step * power >= max * (1 - 1e-9)) * power;
    }
}
