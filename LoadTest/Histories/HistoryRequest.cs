namespace LoadTest.Histories;

/// <summary>A requested checkout.</summary>
/// <param name="Order">The order's id.</param>
/// <param name="FromMs">When the request was sent.</param>
/// <param name="UntilMs">When the answer arrived, or could no longer arrive.</param>
/// <param name="Outcome">The outcome as the client knows it then.</param>
internal sealed record HistoryRequest(string Order, double FromMs, double UntilMs, Outcome Outcome) : HistoryLine;
