namespace LoadTest.Gateway;

/// <summary>What the bare hop does.</summary>
/// <param name="PerSecond">Answers a second.</param>
/// <param name="CpuMicrosecondsOfNginx">Of both nginx together, for each request.</param>
/// <param name="CpuMicrosecondsOfClient">Of this program, for each request.</param>
/// <param name="MedianMs">Half of the answers take no longer.</param>
/// <param name="Percentile99Ms">99 of 100 answers take no longer.</param>
internal sealed record BareHopResult(double PerSecond, double CpuMicrosecondsOfNginx, double CpuMicrosecondsOfClient, double MedianMs, double Percentile99Ms);
