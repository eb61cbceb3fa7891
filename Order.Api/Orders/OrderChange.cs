namespace Order.Api.Orders;

/// <summary>The outcome of a change to an order. The numbers are stored.</summary>
internal enum OrderChange : short
{
    Changed = 1,
    UnknownOrder = 2,

    /// <summary>The order is paid or in checkout.</summary>
    NotOpen = 3,

    NoSuchLine = 4,

    /// <summary>The order would have more than <see cref="OrderRow.LinesMax"/> lines.</summary>
    TooManyLines = 5,

    /// <summary>A sum would exceed 64 bits.</summary>
    Overflow = 6,

    /// <summary>The idempotency key was used for a different request. Never stored.</summary>
    KeyReused = 7,
}
