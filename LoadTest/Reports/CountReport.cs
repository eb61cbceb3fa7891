namespace LoadTest.Reports;

/// <summary>So many of these.</summary>
internal sealed record CountReport(string What, long Count);
