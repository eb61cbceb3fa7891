namespace Order.Api.Checkout;

/// <summary>The result of a checkout as reported to the client. The numbers are stored.</summary>
internal enum CheckoutStatus : short
{
    /// <summary>Paid, by this request or an earlier one.</summary>
    Paid = 1,

    /// <summary>Not paid; nothing is held and nothing was charged.</summary>
    Refused = 2,

    UnknownOrder = 3,
    EmptyOrder = 4,

    /// <summary>The outcome is not known yet. The checkout continues without the client.</summary>
    Unresolved = 5,

    /// <summary>Too many checkouts at once. Nothing was begun.</summary>
    Overloaded = 6,
}
