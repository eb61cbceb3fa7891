namespace LoadTest.Reports;

/// <summary>The results of <c>LoadTest checkout</c>: the load as other commands report it, and the figures of checkouts.</summary>
internal sealed record CheckoutReport
{
    public DateTimeOffset StartedAt => Load.StartedAt;
    public MeasuredMachine Machine => Load.Machine;
    public string Target => Load.Targets[0];
    public int Connections => Load.Users;
    public int WarmupSeconds => Load.RampSeconds;
    public required int DurationSeconds { get; init; }
    public required long Orders { get; init; }
    public required int Lines { get; init; }
    public required long Items { get; init; }
    public required long Users { get; init; }
    public required bool RanOutOfOrders { get; init; }
    public double MeasuredSeconds => Load.MeasuredSeconds;
    public long Committed => Load.Handled;
    public double CommittedPerSecond => Load.HandledPerSecond;

    /// <summary>The number of 4xx answers, and of 5xx answers, in the window.</summary>
    public long Refused => Load.Errors.Where(static error => error.Status < 500).Sum(static error => error.Count);
    public long ServerErrors => Load.Errors.Where(static error => error.Status >= 500).Sum(static error => error.Count);
    public long Unanswered => Load.Unanswered;
    public long ConnectFailures => Load.ConnectFailures;
    public IReadOnlyList<AnswerReport> OtherAnswers => Load.Errors;

    /// <summary>The latency of committed checkouts, and of all others.</summary>
    public LatencyReport? Latency => Load.Latency;
    public required LatencyReport? OtherLatency { get; init; }
    public ArrivalReport? Arrivals => Load.Arrivals;
    public IReadOnlyList<ProcessReport> Processes => Load.Processes;

    /// <summary>The processes of the group "other" that used the most CPU time.</summary>
    public required IReadOnlyList<OtherProcess> LargestOthers { get; init; }
    public BareHopReport? BareHop => Load.BareHop;
    public required StoreReport? Postgres { get; init; }
    public required StoreReport? Redis { get; init; }
    public CheckoutBooksResult? Ledger { get; init; }

    /// <summary>The load, as read by <c>LoadTest compare</c>.</summary>
    public required RunReport Load { get; init; }
}
