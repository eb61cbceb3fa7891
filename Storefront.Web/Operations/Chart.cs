using System.Globalization;
using System.Text;

namespace Storefront.Web.Operations;

/// <summary>A line chart over time, drawn on the server. The style sheet colors the lines by position.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Unit">Follows each number; empty for plain numbers.</param>
/// <param name="Lines">One or two lines.</param>
internal sealed record Chart(string Title, string Unit, params ChartLine[] Lines)
{
    /// <summary>Size of the drawing in its own units; the page stretches it.</summary>
    public const int Width = 600, Height = 120;

    /// <summary>The top of the scale: the smallest 1, 2 or 5 times a power of ten that is not below any value.</summary>
    public double Top
    {
        get
        {
            var max = Lines.SelectMany(static line => line.Values).Max() ?? 0;
            if (max <= 0) return 1;
            var power = Math.Pow(10, Math.Floor(Math.Log10(max)));
            return new[] { 1, 2, 5, 10 }.First(step => step * power >= max * (1 - 1e-9)) * power;
        }
    }

    /// <summary>SVG path of a line: one stroke for each run of values, and a dot for a single value.</summary>
    public string Path(ChartLine line)
    {
        var (path, top, step, isDown) = (new StringBuilder(), Top, (double)Width / Math.Max(1, line.Values.Count - 1), false);
        for (var i = 0; i < line.Values.Count; i++)
        {
            if (line.Values[i] is not { } value)
            {
                isDown = false;
                continue;
            }

            var (x, y) = (i * step, Height - Math.Clamp(value / top, 0, 1) * Height);
            path.Append(CultureInfo.InvariantCulture, $"{(isDown ? 'L' : 'M')}{x:0.#} {y:0.#}");
            if (!isDown) path.Append("h.1");
            isDown = true;
        }

        return path.ToString();
    }

    /// <summary>Formats a number with about three digits and its unit; a dash for null.</summary>
    public string Text(double? value) => value is not { } number ? "–" : Number(number) + (Unit.Length > 0 ? $" {Unit}" : "");

    private static string Number(double number) => Math.Abs(number) switch
    {
        >= 100 => number.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => number.ToString("0.#", CultureInfo.InvariantCulture),
        _ => number.ToString("0.##", CultureInfo.InvariantCulture),
    };
}
