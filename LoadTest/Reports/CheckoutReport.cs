using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using HdrHistogram;
using LoadTest.Checkouts;
using LoadTest.Gateway;
using LoadTest.Statistics;

namespace LoadTest.Reports;

/// <summary>The machine that was measured.</summary>
internal sealed record MeasuredMachine(string Processor, int Cores, double MemoryGiB, string System, string Runtime)
{
    /// <summary>This one.</summary>
    public static MeasuredMachine Current { get; } = new(ProcessorName(), Environment.ProcessorCount,
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

/// <summary>All that a run of <c>LoadTest checkout</c> found: the load as other commands report it, and what is known of checkouts alone.</summary>
internal sealed record CheckoutReport
{
    public DateTimeOffset StartedAt => Load.StartedAt;
    public MeasuredMachine Machine => Load.Machine;
    public string Target => Load.Targets[0];
    public int Connections => Load.Users;
    public int WarmupSeconds => Load.RampSeconds;
    public required int DurationSeconds { get; init; }
    public required long Orders { get; init; }
    public required int Lines { get; init; }
    public required long Items { get; init; }
    public required long Users { get; init; }
    public required bool RanOutOfOrders { get; init; }
    public double MeasuredSeconds => Load.MeasuredSeconds;
    public long Committed => Load.Handled;
    public double CommittedPerSecond => Load.HandledPerSecond;

    /// <summary>4xx, and 5xx, within the window.</summary>
    public long Refused => Load.Errors.Where(static error => error.Status < 500).Sum(static error => error.Count);
    public long ServerErrors => Load.Errors.Where(static error => error.Status >= 500).Sum(static error => error.Count);
    public long Unanswered => Load.Unanswered;
    public long ConnectFailures => Load.ConnectFailures;
    public IReadOnlyList<AnswerReport> OtherAnswers => Load.Errors;

    /// <summary>Of committed checkouts, and of all others.</summary>
    public LatencyReport? Latency => Load.Latency;
    public required LatencyReport? OtherLatency { get; init; }
    public ArrivalReport? Arrivals => Load.Arrivals;
    public required IReadOnlyList<ProcessReport> Processes { get; init; }

    /// <summary>Of the group "other", the processes that took most time.</summary>
    public required IReadOnlyList<OtherProcess> LargestOthers { get; init; }
    public required BareHopReport? BareHop { get; init; }
    public required StoreReport? Postgres { get; init; }
    public required StoreReport? Redis { get; init; }
    public CheckoutBooksResult? Ledger { get; init; }

    /// <summary>The load, where <c>LoadTest compare</c> takes it from.</summary>
    public required RunReport Load { get; init; }
}

/// <summary>What <c>LoadTest bare</c> found.</summary>
internal sealed record BareReport(DateTimeOffset StartedAt, MeasuredMachine Machine, int Connections, int DurationSeconds, BareHopResult BareHop);

/// <summary>The results as JSON.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CheckoutReport))]
[JsonSerializable(typeof(BareReport))]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(FoundOrder))]
internal sealed partial class ReportJson : JsonSerializerContext;
