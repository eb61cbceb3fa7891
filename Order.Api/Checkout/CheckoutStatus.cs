namespace Order.Api.Checkout;

/// <summary>What a client hears of a checkout. The numbers are stored.</summary>
internal enum CheckoutStatus : short
{
    /// <summary>Paid, now or before.</summary>
    Paid = 1,

    /// <summary>Not paid, with nothing held and nothing charged.</summary>
    Refused = 2,

    /// <summary>There is no such order.</summary>
    UnknownOrder = 3,

    /// <summary>The order has no lines.</summary>
    EmptyOrder = 4,

    /// <summary>Not known yet. It goes on without the client.</summary>
    Unresolved = 5,

    /// <summary>Too many at once; nothing was begun.</summary>
    Overloaded = 6,
}
