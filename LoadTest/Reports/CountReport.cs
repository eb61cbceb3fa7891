namespace LoadTest.Reports;

/// <summary>A count of one kind.</summary>
internal sealed record CountReport(string What, long Count);
