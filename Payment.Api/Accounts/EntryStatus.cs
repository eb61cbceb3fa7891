namespace Payment.Api.Accounts;

/// <summary>How an entry stands. The numbers are stored.</summary>
internal enum EntryStatus : short
{
    /// <summary>The money has moved.</summary>
    Done = 1,

    /// <summary>Refused: not enough credit.</summary>
    NoCredit = 2,

    /// <summary>Refused: no such account.</summary>
    NoAccount = 3,

    /// <summary>The money has moved there and back.</summary>
    Refunded = 4,

    /// <summary>Cancelled before it came; it is refused when it comes.</summary>
    Cancelled = 5,

    /// <summary>Refused: a sum would leave 64 bits. Not stored for charges.</summary>
    Overflow = 6,

    /// <summary>Refused: the key came with something else before. Never stored.</summary>
    KeyReused = 7,
}
