namespace Order.Api.Checkout.Saga;

/// <summary>Why a checkout failed. The numbers are stored.</summary>
internal enum Refusal : short
{
    None = 0,
    OutOfStock = 1,

    /// <summary>An item no longer exists.</summary>
    UnknownItem = 2,

    InsufficientCredit = 3,
    UnknownUser = 4,

    /// <summary>The checkout took too long and was canceled.</summary>
    Expired = 5,
}
