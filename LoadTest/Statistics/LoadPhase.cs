namespace LoadTest.Statistics;

/// <summary>Where a run is.</summary>
internal enum LoadPhase
{
    Warmup,
    Measured,
    Draining,
}
