using Order.Api.Checkout.Saga;
using ServiceDefaults;

namespace Order.Api.Checkout;

/// <summary>Reasons for a 503 response to a checkout, in addition to the <see cref="UnavailableReasons"/> of all services.</summary>
internal static class CheckoutReasons
{
    /// <summary>The checkout waited <see cref="SagaLimits.QueueTimeMax"/> for its turn. Nothing was begun.</summary>
    public const string QueueTimedOut = "queue-timed-out";

    /// <summary>Stock.Api has not answered yet.</summary>
    public const string Stock = "stock-unavailable";

    /// <summary>Payment.Api has not answered yet.</summary>
    public const string Payment = "payment-unavailable";

    /// <summary>Another replica is checking out the order and has not decided it yet.</summary>
    public const string Elsewhere = "decided-elsewhere";

    /// <summary>A participant gave an answer that this version cannot handle. The saga is stuck until recovery retries it.</summary>
    public const string Stuck = "stuck";

    public static string Of(CheckoutSaga saga) => saga.IsStuck ? Stuck : SagaCommand.Of(saga.State.Step)?.UnavailableReason ?? Elsewhere;
}
