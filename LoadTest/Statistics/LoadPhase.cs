namespace LoadTest.Statistics;

internal enum LoadPhase
{
    Warmup,
    Measured,
    Draining,
}
