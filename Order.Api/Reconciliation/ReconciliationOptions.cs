namespace Order.Api.Reconciliation;

/// <summary>Configuration section <c>Reconciliation</c>.</summary>
internal sealed class ReconciliationOptions
{
    /// <summary>Between the beginnings of background runs; a longer run delays the next one.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A saga that is open for longer is a violation.</summary>
    public TimeSpan SagaAgeMax { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>A background run rests so many times as long as it has worked, after each page: 30 takes 3 % of one core at most.</summary>
    public double Rest { get; set; } = 30;
}
