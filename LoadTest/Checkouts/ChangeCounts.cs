namespace LoadTest.Checkouts;

/// <summary>Counts requested changes of one piece each by what they change: those that were acknowledged, and those whose outcome is unknown.</summary>
internal sealed class ChangeCounts(long count)
{
    private readonly int[] _acknowledged = new int[count], _unknown = new int[count];

    /// <summary>The number of acknowledged changes.</summary>
    public long Acknowledged => _acknowledged.Sum(static one => (long)one);

    /// <summary>Counts a change by the status of its answer.</summary>
    public void Add(long index, int status)
    {
        var outcome = CheckoutBooks.OutcomeOf(status);
        if (outcome == CheckoutOutcome.Committed) _acknowledged[index]++;
        else if (outcome == CheckoutOutcome.Unknown) _unknown[index]++;
    }

    public bool Has(long index) => _acknowledged[index] + _unknown[index] > 0;

    /// <summary>Whether that many changes can have been made: all acknowledged ones, and any of the unknown ones.</summary>
    public bool Allows(long index, long made) => made >= _acknowledged[index] && made <= _acknowledged[index] + _unknown[index];
}
