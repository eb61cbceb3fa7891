namespace LoadTest.Reports;

/// <summary>What <c>LoadTest bare</c> found.</summary>
internal sealed record BareReport(DateTimeOffset StartedAt, MeasuredMachine Machine, int Connections, int DurationSeconds, BareHopResult BareHop);
