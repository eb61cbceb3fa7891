using Order.Api.Checkout.Participants;
using ServiceDefaults;

namespace Order.Api.Checkout.Saga;

/// <summary>
/// A row of the step table. A new <see cref="SagaStep"/> does not compile until it has a row here and its edges in <see cref="SagaState.On"/>.
/// </summary>
/// <param name="Participant">The service that carries out the step.</param>
/// <param name="Name">The name in metrics, logs and crash points.</param>
/// <param name="UnavailableReason">The reason that clients get while the step has no outcome.</param>
internal sealed record SagaCommand(Participant Participant, string Name, string UnavailableReason)
{
    private static readonly SagaCommand Reserve = Stock("reserve", ReservationVerb.Hold), Commit = Stock("commit", ReservationVerb.Commit),
        Release = Stock("release", ReservationVerb.Release);

    private static readonly SagaCommand Charge = Payment("charge", isRefund: false), Refund = Payment("refund", isRefund: true);

    private static readonly SagaCommand Record = new(Participant.Store, "record", UnavailableReasons.Database);

    /// <summary>The command to Stock.Api; null for other participants.</summary>
    public ReservationVerb? Verb { get; private init; }

    /// <summary>Whether Payment.Api refunds instead of charging.</summary>
    public bool IsRefund { get; private init; }

    /// <summary>The command of a step, or null if there is nothing left to do.</summary>
    public static SagaCommand? Of(SagaStep step) => step switch
    {
        SagaStep.Reserve => Reserve,
        SagaStep.Charge => Charge,
        SagaStep.Refund => Refund,
        SagaStep.Release => Release,
        SagaStep.RecordPaid => Record,
        SagaStep.RecordFailed => Record,
        SagaStep.Commit => Commit,
        SagaStep.Ended => null,
        SagaStep.Fenced => null,
    };

    private static SagaCommand Stock(string name, ReservationVerb verb) => new(Participant.Stock, name, CheckoutReasons.Stock) { Verb = verb };

    private static SagaCommand Payment(string name, bool isRefund) => new(Participant.Payment, name, CheckoutReasons.Payment) { IsRefund = isRefund };
}
