namespace LoadTest.Reports;

/// <summary>Durations up to this, and longer than the bucket before.</summary>
internal sealed record BucketReport(double UpToMs, long Count);
