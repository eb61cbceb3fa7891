namespace LoadTest.Reports;

/// <summary>A group of processes within the window.</summary>
internal sealed record ProcessReport(string Name, double? CpuMicrosecondsPerCheckout, double CpuSeconds, double ResidentMiBBefore, double ResidentMiBAfter);
