namespace Order.Api.Checkout.Saga;

/// <summary>Why a checkout failed. The numbers are stored.</summary>
internal enum Refusal : short
{
    /// <summary>It did not fail.</summary>
    None = 0,

    /// <summary>Not enough of an item in stock.</summary>
    OutOfStock = 1,

    /// <summary>An item no longer exists.</summary>
    UnknownItem = 2,

    /// <summary>The user does not have enough credit.</summary>
    InsufficientCredit = 3,

    /// <summary>The user does not exist.</summary>
    UnknownUser = 4,

    /// <summary>The checkout took too long and was canceled.</summary>
    Expired = 5,
}
