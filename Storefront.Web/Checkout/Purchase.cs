using Polly;
using Storefront.Web.Services;

namespace Storefront.Web.Checkout;

/// <summary>The outcome of a purchase.</summary>
/// <param name="UserId">The payer: the given user, or a new one.</param>
/// <param name="OrderId">The order; null if none was placed.</param>
/// <param name="Refusal">Why the order was not paid or not placed; null if it was paid or is pending.</param>
/// <param name="IsPending">The outcome is not known yet. The order reaches one without another call.</param>
internal sealed record Purchase(string UserId, string? OrderId, Refusal? Refusal, bool IsPending);
