namespace LoadTest.Reports;

/// <summary>The results of <c>LoadTest bare</c>.</summary>
internal sealed record BareReport(DateTimeOffset StartedAt, MeasuredMachine Machine, int Connections, int DurationSeconds, BareHopResult BareHop);
