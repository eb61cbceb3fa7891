using System.Data;
using ServiceKit.Idempotency;

namespace Order.Api.Orders;

/// <summary>A change to an order, to be written with others.</summary>
/// <param name="Order">The order.</param>
/// <param name="Key">Where it has one: under it the change is made once.</param>
/// <param name="Request">What the key is for, as text.</param>
/// <param name="Creates">The user of a new order; null changes the one there is.</param>
/// <param name="Change">Changes the lines; may run again on a fresh row.</param>
/// <param name="Shipping">Of a new order: where it goes, if anywhere.</param>
internal sealed record OrderWrite(
    string Order, IdempotencyKey? Key, string Request, string? Creates, Func<OrderRow, OrderChange> Change, Shipping? Shipping = null);
