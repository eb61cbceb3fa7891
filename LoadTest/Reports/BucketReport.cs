namespace LoadTest.Reports;

/// <summary>The number of durations up to this one and above the previous bucket.</summary>
internal sealed record BucketReport(double UpToMs, long Count);
