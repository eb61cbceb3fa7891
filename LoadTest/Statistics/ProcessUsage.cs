namespace LoadTest.Statistics;

/// <summary>The resource usage of a group of processes.</summary>
/// <param name="Name">One of <see cref="ProcessSample.Groups"/>.</param>
/// <param name="CpuSeconds">User and system time between two samples.</param>
/// <param name="ResidentBytesBefore">Memory at the first sample: the proportional set size, so that shared pages count once; for other users' processes the
/// resident set size.</param>
/// <param name="ResidentBytesAfter">Memory at the second sample.</param>
internal sealed record ProcessUsage(string Name, double CpuSeconds, long ResidentBytesBefore, long ResidentBytesAfter);
