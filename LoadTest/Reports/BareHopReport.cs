namespace LoadTest.Reports;

/// <summary>The results of the bare hop in the same run.</summary>
/// <param name="Before">Right before the load.</param>
/// <param name="After">Right after the load.</param>
/// <param name="PerSecond">The mean of both.</param>
/// <param name="Ratio">Handled requests per second, divided by the mean.</param>
internal sealed record BareHopReport(BareHopResult Before, BareHopResult After, double PerSecond, double Ratio);
