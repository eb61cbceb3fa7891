using System.Globalization;
using System.Runtime.CompilerServices;

namespace Tests.Unit.Checkout.Simulation;

/// <summary>A readable log of a run, written only on request. Ids are small numbers, the same in every run of a seed.</summary>
internal sealed class Journal(Scheduler scheduler, bool isKept)
{
    private readonly Dictionary<Guid, string> _names = [];
    private readonly List<string> _lines = [];

    public bool IsKept => isKept;

    public IReadOnlyList<string> Lines => _lines;

    /// <summary>The violated invariant, or null.</summary>
    public string? Violation { get; private set; }

    public void Write([InterpolatedStringHandlerArgument("")] ref Line line)
    {
        if (isKept) _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{scheduler.Elapsed.TotalSeconds,10:F4}  {line.Text}"));
    }

    /// <summary>Reports a violated invariant. Only the first one is kept.</summary>
    public void Violate(string what)
    {
        if (Violation is not null) return;
        Violation = what;
        Write($"VIOLATION: {what}");
    }

    /// <summary>Returns the short name of a saga or a batch.</summary>
    public string Name(Guid id, char kind)
    {
        if (!_names.TryGetValue(id, out var name)) _names.Add(id, name = string.Create(CultureInfo.InvariantCulture, $"{kind}{_names.Count + 1}"));
        return name;
    }

    /// <summary>Skips formatting if there is no journal.</summary>
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
