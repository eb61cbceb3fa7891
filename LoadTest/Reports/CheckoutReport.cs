using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using HdrHistogram;
using LoadTest.Checkouts;
using LoadTest.Gateway;
using LoadTest.Statistics;

namespace LoadTest.Reports;

/// <summary>The machine that was measured.</summary>
internal sealed record Machine(string Processor, int Cores, double MemoryGiB, string System, string Runtime)
{
    /// <summary>This one.</summary>
    public static Machine Current { get; } = new(ProcessorName(), Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30), 1),
        RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription);

    private static string ProcessorName() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";
}

/// <summary>Durations in milliseconds.</summary>
internal sealed record LatencyReport(double P50Ms, double P95Ms, double P99Ms, double P999Ms, double MaxMs)
{
    public static LatencyReport? Of(LongHistogram histogram) => histogram.TotalCount == 0 ? null
        : new LatencyReport(Ms(histogram, 50), Ms(histogram, 95), Ms(histogram, 99), Ms(histogram, 99.9), Ms(histogram, 100));

    private static double Ms(LongHistogram histogram, double percent) => Math.Round(histogram.GetValueAtPercentile(percent) / 1e6, 3);
}

/// <summary>Answers of a status and problem type.</summary>
internal sealed record AnswerReport(int Status, string Type, long Count);

/// <summary>Arrivals of an open loop.</summary>
/// <param name="RatePerSecond">As asked for.</param>
/// <param name="Sent">In the window.</param>
/// <param name="Late">Of those: sent 10 ms or more after their time, because no connection was free. Their latency counts from their time.</param>
/// <param name="Dropped">Never sent: more than 5 s of arrivals waited.</param>
internal sealed record ArrivalReport(int RatePerSecond, long Sent, long Late, long Dropped)
{
    /// <summary>Null for a closed loop.</summary>
    public static ArrivalReport? Of(int ratePerSecond, LoadStatistics done) =>
        ratePerSecond == 0 ? null : new(ratePerSecond, done.Arrivals.Sent, done.Arrivals.Late, done.Arrivals.Dropped);
}

/// <summary>A group of processes within the window.</summary>
internal sealed record ProcessReport(string Name, double? CpuMicrosecondsPerCheckout, double CpuSeconds, double ResidentMiBBefore, double ResidentMiBAfter);

/// <summary>A database: its settings, and its growth over the whole run; null: not asked.</summary>
/// <param name="Settings">What its durability depends on.</param>
/// <param name="BytesPerCheckout">Growth of what is stored for each committed checkout; without what was rewritten smaller meanwhile.</param>
internal sealed record StoreReport(IReadOnlyDictionary<string, string> Settings, IReadOnlyDictionary<string, double> BytesPerCheckout);

/// <summary>The bare hop in the same run.</summary>
/// <param name="Before">Right before the checkouts.</param>
/// <param name="After">Right after them.</param>
/// <param name="PerSecond">The mean of both.</param>
/// <param name="Ratio">Committed checkouts a second over it.</param>
internal sealed record BareHopReport(BareHopResult Before, BareHopResult After, double PerSecond, double Ratio);

/// <summary>All that a run of <c>LoadTest checkout</c> found.</summary>
internal sealed record CheckoutReport
{
    public required DateTimeOffset StartedAt { get; init; }
    public required Machine Machine { get; init; }
    public required string Target { get; init; }
    public required int Connections { get; init; }
    public required int WarmupSeconds { get; init; }
    public required int DurationSeconds { get; init; }
    public required long Orders { get; init; }
    public required int Lines { get; init; }
    public required long Items { get; init; }
    public required long Users { get; init; }
    public required bool RanOutOfOrders { get; init; }

    /// <summary>Of the window, as long as it really was.</summary>
    public required double MeasuredSeconds { get; init; }
    public required long Committed { get; init; }
    public required double CommittedPerSecond { get; init; }

    /// <summary>4xx, and 5xx, and requests without an answer, within the window.</summary>
    public required long Refused { get; init; }
    public required long ServerErrors { get; init; }
    public required long Unanswered { get; init; }

    /// <summary>Of the whole run; no checkout was lost by it.</summary>
    public required long ConnectFailures { get; init; }
    public required IReadOnlyList<AnswerReport> OtherAnswers { get; init; }

    /// <summary>Of committed checkouts, and of all others.</summary>
    public required LatencyReport? Latency { get; init; }
    public required LatencyReport? OtherLatency { get; init; }
    public required ArrivalReport? Arrivals { get; init; }
    public required IReadOnlyList<ProcessReport> Processes { get; init; }

    /// <summary>What took most time of the group "other".</summary>
    public required IReadOnlyList<OtherProcess> LargestOthers { get; init; }
    public required BareHopReport? BareHop { get; init; }
    public required StoreReport? Postgres { get; init; }
    public required StoreReport? Redis { get; init; }
    public LedgerResult? Ledger { get; init; }

    /// <summary>The same load as other commands report it: <c>LoadTest compare</c> takes it from here.</summary>
    public required RunReport Load { get; init; }
}

/// <summary>What <c>LoadTest bare</c> found.</summary>
internal sealed record BareReport(DateTimeOffset StartedAt, Machine Machine, int Connections, int DurationSeconds, BareHopResult BareHop);

/// <summary>The results as JSON.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CheckoutReport))]
[JsonSerializable(typeof(BareReport))]
[JsonSerializable(typeof(RunReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
