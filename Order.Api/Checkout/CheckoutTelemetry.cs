using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Order.Api.Checkout;

/// <summary>Meter <c>Shop.Checkout</c>, and spans of source <c>Order.Api</c>.</summary>
internal sealed class CheckoutTelemetry : IDisposable
{
    private readonly ActivitySource _source;
    private readonly Counter<long> _outcomes;
    private readonly Counter<long> _unknown;
    private readonly Counter<long> _recovered;
    private readonly Histogram<double> _stepSeconds;

    public CheckoutTelemetry(IMeterFactory meters, IHostEnvironment environment)
    {
        _source = new ActivitySource(environment.ApplicationName);
        var meter = meters.Create("Shop.Checkout");
        _outcomes = meter.CreateCounter<long>("shop.checkout.outcomes", "{checkout}", "Sagas by outcome: paid, or why not.");
        _unknown = meter.CreateCounter<long>("shop.checkout.unknown", "{saga}", "Saga steps without a known outcome, by step; each is asked again.");
        _recovered = meter.CreateCounter<long>("shop.checkout.recovered", "{saga}", "Sagas taken over from an owner whose lease ran out.");
        _stepSeconds = meter.CreateHistogram<double>("shop.checkout.step.duration", "s", "Duration of saga steps, by step; one measurement a batch.");
    }

    /// <summary>A span for the checkout of an order; a child of the request's.</summary>
    public Activity? StartCheckout(CheckoutSaga saga) => _source.StartActivity("checkout")?.AddTag("shop.order", saga.OrderId).AddTag("shop.saga", saga.Id);

    /// <summary>A span for the recovery of sagas, a trace of its own that is linked to theirs.</summary>
    public Activity? StartRecovery(IEnumerable<(CheckoutSaga Saga, string? TraceParent)> adopted)
    {
        var links = new List<ActivityLink>();
        foreach (var (saga, traceParent) in adopted)
        {
            _recovered.Add(1);
            if (ActivityContext.TryParse(traceParent, null, isRemote: true, out var context))
                links.Add(new(context, new() { ["shop.order"] = saga.OrderId, ["shop.saga"] = saga.Id }));
        }

        return _source.StartActivity(ActivityKind.Internal, links: links, name: "checkout recovery");
    }

    /// <summary>A saga's outcome is durable.</summary>
    public void Decided(Refusal refusal) =>
        _outcomes.Add(1, new KeyValuePair<string, object?>("outcome", refusal == Refusal.None ? "Paid" : refusal.ToString()));

    /// <summary>A step has ended for a batch of sagas.</summary>
    public void StepEnded(SagaStep step, TimeSpan duration) =>
        _stepSeconds.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("step", step.ToString()));

    /// <summary>A step has ended without a known outcome.</summary>
    public void StepUnknown(SagaStep step, int sagas) => _unknown.Add(sagas, new KeyValuePair<string, object?>("step", step.ToString()));

    /// <inheritdoc />
    public void Dispose() => _source.Dispose();
}
