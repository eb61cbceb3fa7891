using System.Data;
using ServiceKit.Idempotency;

namespace Order.Api.Orders;

/// <summary>A change to an order, to be committed in a group with others.</summary>
/// <param name="Order">Order ID.</param>
/// <param name="Key">The idempotency key, if any; with a key, the change is made only once.</param>
/// <param name="Request">The request that the key belongs to, as text.</param>
/// <param name="Creates">The user of a new order; null to change an existing one.</param>
/// <param name="Change">Changes the lines. May run again on a fresh row.</param>
/// <param name="Shipping">The destination of a new order, if any.</param>
internal sealed record OrderWrite(
    string Order, IdempotencyKey? Key, string Request, string? Creates, Func<OrderRow, OrderChange> Change, Shipping? Shipping = null);
