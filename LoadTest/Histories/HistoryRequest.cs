namespace LoadTest.Histories;

/// <summary>A checkout that was asked for.</summary>
/// <param name="Order">The order's id.</param>
/// <param name="FromMs">When it was sent.</param>
/// <param name="UntilMs">When the answer was there, or none could come any more.</param>
/// <param name="Outcome">What the client knows then.</param>
internal sealed record HistoryRequest(string Order, double FromMs, double UntilMs, Outcome Outcome) : HistoryLine;
