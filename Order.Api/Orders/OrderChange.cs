namespace Order.Api.Orders;

/// <summary>What came of a change to an order. The numbers are stored.</summary>
internal enum OrderChange : short
{
    /// <summary>Done.</summary>
    Changed = 1,

    /// <summary>No such order.</summary>
    UnknownOrder = 2,

    /// <summary>Paid or in checkout.</summary>
    NotOpen = 3,

    /// <summary>No such line to remove.</summary>
    NoSuchLine = 4,

    /// <summary>More lines than <see cref="OrderRow.LinesMax"/>.</summary>
    TooManyLines = 5,

    /// <summary>A sum would leave 64 bits.</summary>
    Overflow = 6,

    /// <summary>The idempotency key came with another request before. Never stored.</summary>
    KeyReused = 7,
}
