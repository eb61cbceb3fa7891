namespace Order.Api.Reconciliation;

/// <summary>Gathers what is found about an invariant.</summary>
internal sealed class Finding(string name)
{
    private const int SamplesMax = 10;

    private readonly List<Violation> _samples = [];
    private long _violations;
    private string? _reason;

    public long Examined { get; set; }

    /// <summary>It is violated.</summary>
    public void Add(string id, string expected, string found) => Add(new(id, expected, found));

    /// <summary>It is violated, where there is something.</summary>
    public void Add(Violation? violation)
    {
        if (violation is null) return;
        _violations++;
        if (_samples.Count < SamplesMax) _samples.Add(violation);
    }

    /// <summary>It is violated so many times more, by what has no name.</summary>
    public void AddUnnamed(long violations) => _violations += violations;

    /// <summary>It could not be checked, at least not to the end.</summary>
    public void Fail(string reason) => _reason = reason;

    public InvariantReport Report() => new(name, _violations > 0 ? false : _reason is null ? true : null, Examined, _violations, _samples, _reason);
}
