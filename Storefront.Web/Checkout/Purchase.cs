using Polly;
using Storefront.Web.Services;

namespace Storefront.Web.Checkout;

/// <summary>What came of a purchase.</summary>
/// <param name="UserId">Who pays: as asked, or a new one.</param>
/// <param name="OrderId">The order; null where none was placed.</param>
/// <param name="Refusal">Why it was not paid, or not placed.</param>
/// <param name="IsPending">The outcome is not known yet; the order will have one by itself.</param>
internal sealed record Purchase(string UserId, string? OrderId, Refusal? Refusal, bool IsPending);
