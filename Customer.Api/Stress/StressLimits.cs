namespace Customer.Api.Stress;

/// <summary>Limits of the stress endpoints, per instance and over all clients.</summary>
internal static class StressLimits
{
    public const int BatchCustomersMax = 1_000, BatchSizeKbMax = 64, BatchTotalKbMax = 32 * 1024;

    public const int BatchesMax = 8;

    /// <summary>Maximum number of bytes that an instance inserts within <see cref="StressCollection.Lifetime"/>.</summary>
    public const long InsertedBytesMax = 4L * 1024 * 1024 * 1024;

    public const int DepthMax = 100;
    public const int OperationsMax = 20_000, ConcurrencyMax = 1_000;

    /// <summary>Operations that take longer end early and report it. The gateway waits 30 s.</summary>
    public static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(20);
}
