namespace Order.Api.Checkout.Saga;

internal enum SagaEvent
{
    /// <summary>No answer, or an inconclusive one: the command may have been carried out, or may be later.</summary>
    Unknown,

    /// <summary>Stock.Api holds the lines.</summary>
    Reserved,

    /// <summary>Stock.Api holds nothing: not enough in stock.</summary>
    OutOfStock,

    /// <summary>Stock.Api holds nothing: item not found.</summary>
    UnknownItem,

    /// <summary>Stock.Api holds nothing and never will.</summary>
    Released,

    /// <summary>Stock.Api has recorded the lines as sold.</summary>
    Committed,

    /// <summary>Stock.Api does not know the reservation to commit.</summary>
    NotReserved,

    /// <summary>Payment.Api has charged the user.</summary>
    Charged,

    /// <summary>Payment.Api has charged nothing: not enough credit.</summary>
    InsufficientCredit,

    /// <summary>Payment.Api has charged nothing: user not found.</summary>
    UnknownUser,

    /// <summary>Payment.Api has charged nothing and never will.</summary>
    NotCharged,

    /// <summary>The record is durable.</summary>
    Recorded,

    /// <summary>The record was rejected: the saga has a newer epoch.</summary>
    Overtaken,

    /// <summary>The saga did not reach its pivot in time.</summary>
    Expired,
}
