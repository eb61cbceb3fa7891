using Order.Api.Checkout.Saga;

namespace Order.Api.Checkout.Participants;

/// <summary>Who takes part in a checkout: stock or payment. Every command may be repeated: its key is the saga.</summary>
/// <typeparam name="TOutcome">Its outcomes, as they come over the wire: a number may be unknown here. <see cref="Outcomes"/> reads them.</typeparam>
internal interface IParticipant<TOutcome>
{
    /// <summary>Asks for what each saga is to do next (<see cref="SagaState.Step"/>) and returns the outcomes, in the order given.</summary>
    /// <exception cref="Exception">Of any kind: nothing is known; all, some or none may have been done, or may yet be.</exception>
    Task<TOutcome[]> AskAsync(IReadOnlyList<CheckoutSaga> sagas);
}
