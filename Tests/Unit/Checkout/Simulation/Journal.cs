using System.Globalization;
using System.Runtime.CompilerServices;

namespace Tests.Unit.Checkout.Simulation;

/// <summary>What happened in a run, for people: written only where somebody is to read it. Ids are small numbers, the same in every run of a seed.</summary>
internal sealed class Journal(Scheduler scheduler, bool isKept)
{
    private readonly Dictionary<Guid, string> _names = [];
    private readonly List<string> _lines = [];

    public bool IsKept => isKept;

    public IReadOnlyList<string> Lines => _lines;

    /// <summary>What is wrong; null while nothing is.</summary>
    public string? Violation { get; private set; }

    public void Write([InterpolatedStringHandlerArgument("")] ref Line line)
    {
        if (isKept) _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{scheduler.Elapsed.TotalSeconds,10:F4}  {line.Text}"));
    }

    /// <summary>An invariant is broken. The first one counts.</summary>
    public void Violate(string what)
    {
        if (Violation is not null) return;
        Violation = what;
        Write($"VIOLATION: {what}");
    }

    /// <summary>A saga's or a batch's name.</summary>
    public string Name(Guid id, char kind)
    {
        if (!_names.TryGetValue(id, out var name)) _names.Add(id, name = string.Create(CultureInfo.InvariantCulture, $"{kind}{_names.Count + 1}"));
        return name;
    }

    /// <summary>Formats nothing where nobody reads it.</summary>
    [InterpolatedStringHandler]
    public ref struct Line
    {
        private DefaultInterpolatedStringHandler _text;

        public Line(int literalLength, int formattedCount, Journal journal, out bool isWritten)
        {
            isWritten = journal.IsKept;
            _text = isWritten ? new(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
        }

        public string Text => _text.ToStringAndClear();

        public void AppendLiteral(string value) => _text.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);
    }
}
