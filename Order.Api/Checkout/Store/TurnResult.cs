using Order.Api.Checkout.Saga;

namespace Order.Api.Checkout.Store;

/// <summary>The results of a turn, in the order of the turn's members.</summary>
/// <param name="Recorded">The event for each saga: Recorded or Overtaken.</param>
/// <param name="Begun">The result for each call.</param>
internal readonly record struct TurnResult(SagaEvent[] Recorded, BeginResult[] Begun);
