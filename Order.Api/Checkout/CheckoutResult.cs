using Order.Api.Checkout.Saga;
using ServiceDefaults;

namespace Order.Api.Checkout;

/// <param name="Status">Paid, refused or unknown.</param>
/// <param name="Refusal">Why the checkout was refused.</param>
/// <param name="Reason">Why there is no outcome: one of <see cref="UnavailableReasons"/> or <see cref="CheckoutReasons"/>.</param>
/// <param name="Saga">If the outcome is unknown, the saga that will determine it.</param>
internal readonly record struct CheckoutResult(CheckoutStatus Status, Refusal Refusal = Refusal.None, string? Reason = null, Guid Saga = default)
{
    public static CheckoutResult Paid { get; } = new(CheckoutStatus.Paid);

    public static CheckoutResult Refused(Refusal refusal) => new(CheckoutStatus.Refused, refusal);

    public static CheckoutResult Overloaded(string reason) => new(CheckoutStatus.Overloaded, Refusal.None, reason);

    public static CheckoutResult Unknown(Guid saga, string reason) => new(CheckoutStatus.Unresolved, Refusal.None, reason, saga);
}
