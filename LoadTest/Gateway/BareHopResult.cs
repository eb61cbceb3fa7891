namespace LoadTest.Gateway;

/// <summary>The result of the bare hop.</summary>
/// <param name="PerSecond">Answers per second.</param>
/// <param name="CpuMicrosecondsOfNginx">CPU time of both nginx together, per request.</param>
/// <param name="CpuMicrosecondsOfClient">CPU time of this program, per request.</param>
/// <param name="MedianMs">The median latency.</param>
/// <param name="Percentile99Ms">The 99th percentile of the latency.</param>
internal sealed record BareHopResult(double PerSecond, double CpuMicrosecondsOfNginx, double CpuMicrosecondsOfClient, double MedianMs, double Percentile99Ms);
