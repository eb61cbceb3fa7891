namespace LoadTest.Statistics;

/// <summary>The CPU time of processes with the same name that belong to no group.</summary>
internal sealed record OtherProcess(string Name, double CpuSeconds);
