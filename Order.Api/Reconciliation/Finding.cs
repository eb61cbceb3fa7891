namespace Order.Api.Reconciliation;

internal sealed class Finding(string name)
{
    private const int SamplesMax = 10;

    private readonly List<Violation> _samples = [];
    private long _violations;
    private string? _reason;

    public long Examined { get; set; }

    public void Add(string id, string expected, string found) => Add(new(id, expected, found));

    public void Add(Violation? violation)
    {
        if (violation is null) return;
        _violations++;
        if (_samples.Count < SamplesMax) _samples.Add(violation);
    }

    /// <summary>Adds a number of violations whose objects could not be identified.</summary>
    public void AddUnnamed(long violations) => _violations += violations;

    /// <summary>Marks the invariant as not, or not completely, checked.</summary>
    public void Fail(string reason) => _reason = reason;

    public InvariantReport Report() => new(name, _violations > 0 ? false : _reason is null ? true : null, Examined, _violations, _samples, _reason);
}
