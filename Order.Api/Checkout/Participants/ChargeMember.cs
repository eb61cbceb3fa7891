using Order.Api.Checkout.Saga;

namespace Order.Api.Checkout.Participants;

internal sealed record ChargeMember(Guid Saga, string User, long Amount, bool IsRefund)
{
    /// <summary>The next command of a saga for Payment.Api.</summary>
    public static ChargeMember Of(CheckoutSaga saga) => SagaCommand.Of(saga.State.Step) is { Participant: Participant.Payment } command
        ? new(saga.Id, saga.UserId, saga.Total, command.IsRefund)
        : throw new InvalidOperationException($"{saga.State.Step} is not a step of Payment.Api.");
}
