namespace LoadTest.Reports;

internal sealed record CountReport(string What, long Count);
