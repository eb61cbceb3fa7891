using System.Globalization;
using System.Text;

namespace Storefront.Web.Operations;

/// <summary>Lines over time, drawn on the server. The page's style colours them by their place: first, second.</summary>
/// <param name="Title">What is drawn.</param>
/// <param name="Unit">Behind numbers; empty for plain ones.</param>
/// <param name="Lines">One or two.</param>
internal sealed record Chart(string Title, string Unit, params ChartLine[] Lines)
{
    /// <summary>The drawing's size in its own units; the page stretches it.</summary>
    public const int Width = 600, Height = 120;

    /// <summary>The top of the scale: 1, 2 or 5 times a power of ten, not below any value.</summary>
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

    /// <summary>The path of a line: a stroke for each run of values, a dot's length for a value that stands alone.</summary>
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

    /// <summary>A number with its unit, of three digits or so.</summary>
    public string Text(double? value) => value is not { } number ? "–" : Number(number) + (Unit.Length > 0 ? $" {Unit}" : "");

    private static string Number(double number) => Math.Abs(number) switch
    {
        >= 100 => number.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => number.ToString("0.#", CultureInfo.InvariantCulture),
        _ => number.ToString("0.##", CultureInfo.InvariantCulture),
    };
}
