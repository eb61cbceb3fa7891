namespace Order.Api.Reconciliation;

/// <summary>The configuration section <c>Reconciliation</c>.</summary>
internal sealed class ReconciliationOptions
{
    /// <summary>Time between the starts of two background runs. A longer run delays the next one.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A saga that is open for longer than this is a violation.</summary>
    public TimeSpan SagaAgeMax { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Length of the pause after each page of a background run, as a multiple of the time it took: 30 uses at most 3% of one core.</summary>
    public double Rest { get; set; } = 30;
}
