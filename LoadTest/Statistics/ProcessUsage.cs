namespace LoadTest.Statistics;

/// <summary>What a group of processes took.</summary>
/// <param name="Name">One of <see cref="ProcessSample.Groups"/>.</param>
/// <param name="CpuSeconds">User and system time between two samples.</param>
/// <param name="ResidentBytesBefore">
/// Memory at the first: proportional set size, so pages that processes share count once; of other users' processes the resident set size.
/// </param>
/// <param name="ResidentBytesAfter">At the second.</param>
internal sealed record ProcessUsage(string Name, double CpuSeconds, long ResidentBytesBefore, long ResidentBytesAfter);
