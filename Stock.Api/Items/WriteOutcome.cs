namespace Stock.Api.Items;

/// <summary>What came of a write.</summary>
internal enum WriteOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>No such item.</summary>
    UnknownItem,

    /// <summary>Less in stock than was to be taken.</summary>
    OutOfStock,

    /// <summary>The total would not fit in 64 bits.</summary>
    Overflow,

    /// <summary>The idempotency key came with another write before.</summary>
    KeyReused,
}
