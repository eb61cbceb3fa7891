namespace Stock.Api.Items;

/// <summary>The outcome of a write.</summary>
internal enum WriteOutcome
{
    Done,

    /// <summary>Item not found.</summary>
    UnknownItem,

    /// <summary>Not enough in stock to subtract.</summary>
    OutOfStock,

    /// <summary>The total would exceed 64 bits.</summary>
    Overflow,

    /// <summary>The idempotency key was used for a different write.</summary>
    KeyReused,
}
