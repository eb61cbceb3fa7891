using Stock.Api.Items;

namespace Stock.Api.Reservations;

/// <summary>One item of an order.</summary>
internal sealed record ReservationLine(string Item, long Quantity);
