namespace Order.Api.Checkout.Participants;

/// <summary>One item of an order.</summary>
internal sealed record ReservationLine(string Item, long Quantity);
