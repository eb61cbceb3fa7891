using System.Diagnostics;
using System.Diagnostics.Metrics;
using Order.Api.Checkout.Saga;
using Order.Api.Checkout.Store;
using ServiceKit.Batching;

namespace Order.Api.Checkout;

/// <summary>The meter <c>Shop.Checkout</c> and the spans of the source <c>Order.Api</c>.</summary>
internal sealed partial class CheckoutTelemetry : IDisposable
{
    private readonly ILogger<CheckoutTelemetry> _logger;
    private readonly ActivitySource _source;
    private readonly Counter<long> _outcomes;
    private readonly Counter<long> _unknown;
    private readonly Counter<long> _recovered;
    private readonly Histogram<double> _stepSeconds;

    public CheckoutTelemetry(IMeterFactory meters, IHostEnvironment environment, ILogger<CheckoutTelemetry> logger)
    {
        _logger = logger;
        _source = new ActivitySource(environment.ApplicationName);
        var meter = meters.Create("Shop.Checkout");
        _outcomes = meter.CreateCounter<long>("shop.checkout.outcomes", "{checkout}", "Sagas by outcome: paid, or why not.");
        _unknown = meter.CreateCounter<long>("shop.checkout.unknown", "{saga}", "Saga steps without a known outcome, by step; each is asked again.");
        _recovered = meter.CreateCounter<long>("shop.checkout.recovered", "{saga}", "Sagas taken over from an owner whose lease ran out.");
        _stepSeconds = meter.CreateHistogram<double>("shop.checkout.step.duration", "s", "Duration of saga steps, by step; one measurement a batch.");
    }

    public static Activity? StartTurn(IReadOnlyList<CheckoutCall> calls, IReadOnlyList<CheckoutSaga> decided, IReadOnlyList<SagaBatch> ended)
    {
        var members = calls.Select(static call => call.Trace).Concat(decided.Select(static saga => saga.Call?.Trace ?? default))
            .Concat(ended.Select(static batch => batch.Trace));
        return BatchTrace.Start("checkout turn", members)?.AddTag("shop.begun", calls.Count).AddTag("shop.recorded", decided.Count);
    }

    /// <summary>Starts a span for the recovery of sagas. It has its own trace, with links to theirs.</summary>
    public Activity? StartRecovery(IReadOnlyList<AdoptedBatch> adopted)
    {
        _recovered.Add(adopted.Sum(static batch => batch.Sagas.Count));
        var links = new List<ActivityLink>();
        foreach (var batch in adopted)
        {
            if (ActivityContext.TryParse(batch.TraceParent, null, isRemote: true, out var context)) links.Add(new(context));
        }

        return _source.StartActivity(ActivityKind.Internal, links: links, name: "checkout recovery");
    }

    /// <summary>Counts a saga whose outcome has become durable.</summary>
    public void Decided(Refusal refusal) =>
        _outcomes.Add(1, new KeyValuePair<string, object?>("outcome", refusal == Refusal.None ? "Paid" : refusal.ToString()));

    /// <summary>Records the duration of a step for a batch of sagas.</summary>
    public void StepEnded(string step, TimeSpan duration) =>
        _stepSeconds.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("step", step));

    public void StepUnknown(string step, int sagas) => _unknown.Add(sagas, new KeyValuePair<string, object?>("step", step));

    public void TurnUnknown(int sagas, int calls, Exception exception)
    {
        StepUnknown("turn", sagas + calls);
        LogTurnUnknown(_logger, sagas, calls, exception.Message);
    }

    /// <inheritdoc />
    public void Dispose() => _source.Dispose();

    [LoggerMessage(203, LogLevel.Warning, "A turn of {Sagas} sagas and {Calls} new checkouts has an unknown outcome: {Reason}")]
    private static partial void LogTurnUnknown(ILogger logger, int sagas, int calls, string reason);
}
