using Order.Api.Checkout.Saga;

namespace Order.Api.Checkout.Participants;

/// <summary>
/// Converts the participants' outcomes to saga events. A number that this version does not know does not say what was done, so it is never treated as a
/// refusal: the conversion throws and the saga keeps its step.
/// </summary>
internal static class Outcomes
{
    /// <exception cref="InvalidDataException">The outcome is unknown.</exception>
    public static SagaEvent EventOf(StockOutcome outcome) => outcome switch
    {
        StockOutcome.Held => SagaEvent.Reserved,
        StockOutcome.OutOfStock => SagaEvent.OutOfStock,
        StockOutcome.UnknownItem => SagaEvent.UnknownItem,
        StockOutcome.Released => SagaEvent.Released,
        StockOutcome.Committed => SagaEvent.Committed,
        StockOutcome.NotHeld => SagaEvent.NotReserved,
        _ => throw new InvalidDataException($"Stock.Api answered the outcome {(int)outcome}, which this version does not know."),
    };

    /// <exception cref="InvalidDataException">The outcome is unknown.</exception>
    public static SagaEvent EventOf(PaymentOutcome outcome) => outcome switch
    {
        PaymentOutcome.Charged => SagaEvent.Charged,
        PaymentOutcome.InsufficientCredit => SagaEvent.InsufficientCredit,
        PaymentOutcome.UnknownUser => SagaEvent.UnknownUser,
        PaymentOutcome.Refunded or PaymentOutcome.Cancelled => SagaEvent.NotCharged,
        _ => throw new InvalidDataException($"Payment.Api answered the outcome {(int)outcome}, which this version does not know."),
    };
}
