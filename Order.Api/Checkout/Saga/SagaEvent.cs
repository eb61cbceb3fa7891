namespace Order.Api.Checkout.Saga;

/// <summary>What a saga hears.</summary>
internal enum SagaEvent
{
    /// <summary>No answer, or none that tells: the command may have been carried out or not, or may yet be.</summary>
    Unknown,

    /// <summary>Stock.Api holds the lines.</summary>
    Reserved,

    /// <summary>Stock.Api holds nothing: too little in stock.</summary>
    OutOfStock,

    /// <summary>Stock.Api holds nothing: no such item.</summary>
    UnknownItem,

    /// <summary>Stock.Api holds nothing and never will.</summary>
    Released,

    /// <summary>Stock.Api has the lines down as sold.</summary>
    Committed,

    /// <summary>Stock.Api knows nothing of what it is to commit.</summary>
    NotReserved,

    /// <summary>Payment.Api has the money.</summary>
    Charged,

    /// <summary>Payment.Api has nothing: too little credit.</summary>
    InsufficientCredit,

    /// <summary>Payment.Api has nothing: no such user.</summary>
    UnknownUser,

    /// <summary>Payment.Api has nothing and never will.</summary>
    NotCharged,

    /// <summary>The record is durable.</summary>
    Recorded,

    /// <summary>The record was refused: the epoch is not the saga's any more.</summary>
    Overtaken,

    /// <summary>The saga has not reached its pivot in the time it has.</summary>
    Expired,
}
