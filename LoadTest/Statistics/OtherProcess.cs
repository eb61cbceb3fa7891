namespace LoadTest.Statistics;

/// <summary>What the processes of a name took that belong to no group.</summary>
internal sealed record OtherProcess(string Name, double CpuSeconds);
