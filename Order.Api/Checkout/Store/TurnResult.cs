using Order.Api.Checkout.Saga;

namespace Order.Api.Checkout.Store;

/// <summary>What a turn has written; both in the order asked.</summary>
/// <param name="Recorded">What each saga has heard: Recorded or Overtaken.</param>
/// <param name="Begun">What came of each call.</param>
internal readonly record struct TurnResult(SagaEvent[] Recorded, BeginResult[] Begun);
