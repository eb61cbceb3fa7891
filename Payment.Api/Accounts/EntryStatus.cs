namespace Payment.Api.Accounts;

/// <summary>The status of an entry. The numbers are stored.</summary>
internal enum EntryStatus : short
{
    /// <summary>The money has moved.</summary>
    Done = 1,

    NoCredit = 2,
    NoAccount = 3,

    /// <summary>The money has moved and has been refunded.</summary>
    Refunded = 4,

    /// <summary>Canceled before it arrived; it is refused on arrival.</summary>
    Cancelled = 5,

    /// <summary>Refused: a sum would exceed 64 bits. Not stored for charges.</summary>
    Overflow = 6,

    /// <summary>Refused: the key was used for a different movement. Never stored.</summary>
    KeyReused = 7,
}
