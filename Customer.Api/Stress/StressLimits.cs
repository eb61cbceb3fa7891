namespace Customer.Api.Stress;

/// <summary>Limits of the stress endpoints. Whoever calls them, an instance does no more than this.</summary>
internal static class StressLimits
{
    public const int BatchCustomersMax = 1_000, BatchSizeKbMax = 64, BatchTotalKbMax = 32 * 1024;

    /// <summary>Batches inserted at the same time.</summary>
    public const int BatchesMax = 8;

    /// <summary>Bytes of batches that an instance inserts within <see cref="StressCollection.Lifetime"/>.</summary>
    public const long InsertedBytesMax = 4L * 1024 * 1024 * 1024;

    public const int DepthMax = 100;
    public const int OperationsMax = 20_000, ConcurrencyMax = 1_000;

    /// <summary>What takes longer ends early and says so; the gateway waits 30 s.</summary>
    public static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(20);
}
