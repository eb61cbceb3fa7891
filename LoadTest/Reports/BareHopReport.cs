namespace LoadTest.Reports;

/// <summary>The bare hop in the same run.</summary>
/// <param name="Before">Right before the checkouts.</param>
/// <param name="After">Right after them.</param>
/// <param name="PerSecond">The mean of both.</param>
/// <param name="Ratio">Committed checkouts a second over it.</param>
internal sealed record BareHopReport(BareHopResult Before, BareHopResult After, double PerSecond, double Ratio);
