using Order.Api.Checkout.Saga;
using ServiceDefaults;

namespace Order.Api.Checkout;

/// <summary>Why a checkout was answered 503, beside the <see cref="UnavailableReasons"/> of all services.</summary>
internal static class CheckoutReasons
{
    /// <summary>It waited <see cref="SagaLimits.QueueTimeMax"/> for its turn; nothing was begun.</summary>
    public const string QueueTimedOut = "queue-timed-out";

    /// <summary>Stock.Api has not answered yet.</summary>
    public const string Stock = "stock-unavailable";

    /// <summary>Payment.Api has not answered yet.</summary>
    public const string Payment = "payment-unavailable";

    /// <summary>Another replica has the order in checkout and has not decided it yet.</summary>
    public const string Elsewhere = "decided-elsewhere";

    /// <summary>A participant gave an answer that this version cannot act on: the saga is stuck until recovery asks again.</summary>
    public const string Stuck = "stuck";

    /// <summary>Why an undecided saga has got no further.</summary>
    public static string Of(CheckoutSaga saga) => saga.IsStuck ? Stuck : SagaCommand.Of(saga.State.Step)?.UnavailableReason ?? Elsewhere;
}
