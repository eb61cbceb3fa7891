namespace LoadTest.Reports;

internal sealed record BareReport(DateTimeOffset StartedAt, MeasuredMachine Machine, int Connections, int DurationSeconds, BareHopResult BareHop);
