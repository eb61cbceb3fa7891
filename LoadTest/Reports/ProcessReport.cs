namespace LoadTest.Reports;

/// <summary>The resource usage of a group of processes in the window.</summary>
internal sealed record ProcessReport(string Name, double? CpuMicrosecondsPerCheckout, double CpuSeconds, double ResidentMiBBefore, double ResidentMiBAfter);
