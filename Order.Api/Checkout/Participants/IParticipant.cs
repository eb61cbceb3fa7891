using Order.Api.Checkout.Saga;

namespace Order.Api.Checkout.Participants;

/// <summary>A participant in a checkout: stock or payment. Every command may be repeated, with the saga ID as its idempotency key.</summary>
/// <typeparam name="TOutcome">The outcomes as received; a number may be unknown to this version. <see cref="Outcomes"/> interprets them.</typeparam>
internal interface IParticipant<TOutcome>
{
    /// <summary>Sends the next command of each saga (<see cref="SagaState.Step"/>) and returns the outcomes in the same order.</summary>
    /// <exception cref="Exception">Of any type. The outcome is unknown: all, some or none of the commands may have run, or may still run.</exception>
    Task<TOutcome[]> AskAsync(IReadOnlyList<CheckoutSaga> sagas);
}
