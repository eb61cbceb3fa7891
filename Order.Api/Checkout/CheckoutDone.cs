namespace Order.Api.Checkout;

internal sealed record CheckoutDone(bool Paid);
