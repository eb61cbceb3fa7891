namespace LoadTest.Reports;

/// <summary>The resource usage of a group of processes in the window.</summary>
internal sealed record ProcessReport(string Name, double? CpuMicrosecondsPerRequest, double CpuSeconds, double ResidentMiBBefore, double ResidentMiBAfter)
{
    /// <summary>Reports each group's usage between two samples, per handled request.</summary>
    public static IReadOnlyList<ProcessReport> Between(ProcessSample before, ProcessSample after, long handled) =>
    [
        .. ProcessSample.Between(before, after).Select(group => new ProcessReport(group.Name, handled > 0 ? group.CpuSeconds * 1e6 / handled : null,
            group.CpuSeconds, group.ResidentBytesBefore / (double)(1 << 20), group.ResidentBytesAfter / (double)(1 << 20))),
    ];
}
