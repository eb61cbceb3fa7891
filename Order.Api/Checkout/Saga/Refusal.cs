namespace Order.Api.Checkout.Saga;

/// <summary>Why a checkout failed. The numbers are stored.</summary>
internal enum Refusal : short
{
    /// <summary>It did not.</summary>
    None = 0,

    /// <summary>Too little of an item in stock.</summary>
    OutOfStock = 1,

    /// <summary>An item that is gone.</summary>
    UnknownItem = 2,

    /// <summary>The user has too little credit.</summary>
    InsufficientCredit = 3,

    /// <summary>There is no such user.</summary>
    UnknownUser = 4,

    /// <summary>It took too long and was called off.</summary>
    Expired = 5,
}
