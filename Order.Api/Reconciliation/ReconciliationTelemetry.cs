using System.Diagnostics.Metrics;

namespace Order.Api.Reconciliation;

/// <summary>The meter <c>Shop.Reconciliation</c> and the alarms in the log. A replica reports its own last run, and nothing before its first.</summary>
internal sealed partial class ReconciliationTelemetry
{
    private readonly TimeProvider _time;
    private readonly ILogger<ReconciliationTelemetry> _logger;
    private readonly Histogram<double> _duration;
    private ReconciliationReport? _last;
    private long _lastAt;

    public ReconciliationTelemetry(IMeterFactory meters, TimeProvider time, ILogger<ReconciliationTelemetry> logger)
    {
        (_time, _logger) = (time, logger);
        var meter = meters.Create("Shop.Reconciliation");
        _duration = meter.CreateHistogram<double>("shop.reconciliation.duration", "s", "Duration of runs, their rests included.");
        meter.CreateObservableGauge("shop.reconciliation.violations", Violations, "{violation}", "Violations of each invariant that the last run found.");
        meter.CreateObservableGauge("shop.reconciliation.unchecked", Unchecked, "{invariant}", "Invariants that the last run could not check.");
        meter.CreateObservableGauge("shop.reconciliation.age", Age, "s", "Time since the last run ended.");
    }

    public void Ran(ReconciliationReport report)
    {
        _duration.Record(report.Seconds);
        Volatile.Write(ref _lastAt, _time.GetTimestamp());
        Volatile.Write(ref _last, report);
        foreach (var one in report.Invariants)
        {
            if (one.Ok == false)
            {
                var (id, expected, found) = one.Samples.Count > 0 ? one.Samples[0] : new("", "", "");
                LogViolated(_logger, one.Name, one.Violations, id, expected, found);
            }
            else if (one.Ok is null)
            {
                LogUnchecked(_logger, one.Name, one.Reason);
            }
        }
    }

    private IEnumerable<Measurement<long>> Violations() => Volatile.Read(ref _last) is { } last
        ? last.Invariants.Select(static one => new Measurement<long>(one.Violations, new KeyValuePair<string, object?>("invariant", one.Name))) : [];

    private IEnumerable<Measurement<long>> Unchecked() =>
        Volatile.Read(ref _last) is { } last ? [new(last.Invariants.Count(static one => one.Ok is null))] : [];

    private IEnumerable<Measurement<double>> Age() =>
        Volatile.Read(ref _last) is null ? [] : [new(_time.GetElapsedTime(Volatile.Read(ref _lastAt)).TotalSeconds)];

    [LoggerMessage(221, LogLevel.Critical,
        "Invariant {Invariant} is violated {Violations} times, for example by {Id}: expected {Expected}, found {Found}. See GET /internal/reconciliation")]
    private static partial void LogViolated(ILogger logger, string invariant, long violations, string id, string expected, string found);

    [LoggerMessage(222, LogLevel.Warning, "Invariant {Invariant} could not be checked: {Reason}")]
    private static partial void LogUnchecked(ILogger logger, string invariant, string? reason);
}
