namespace Stock.Api.Items;

internal enum WriteOutcome
{
    Done,
    UnknownItem,
    OutOfStock,

    /// <summary>The total would exceed 64 bits.</summary>
    Overflow,

    KeyReused,
}
