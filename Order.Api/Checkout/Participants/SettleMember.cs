using Order.Api.Checkout.Saga;

namespace Order.Api.Checkout.Participants;

internal sealed record SettleMember(Guid Saga, long StartedAt, ReservationVerb Verb, ReservationLine[]? Lines)
{
    /// <summary>The next command of a saga for Stock.Api.</summary>
    public static SettleMember Of(CheckoutSaga saga)
    {
        var verb = SagaCommand.Of(saga.State.Step)?.Verb ?? throw new InvalidOperationException($"{saga.State.Step} is not a step of Stock.Api.");
        return new(saga.Id, saga.Batch.StartedAt, verb, verb == ReservationVerb.Hold ? saga.Lines : null);
    }
}
