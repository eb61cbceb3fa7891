namespace LoadTest.Checkouts;

/// <summary>The outcome of an order's checkout as the client knows it.</summary>
internal enum CheckoutOutcome : byte
{
    /// <summary>The checkout was never requested.</summary>
    Unused,

    /// <summary>2xx: the order must be paid.</summary>
    Committed,

    /// <summary>4xx: the order must not be paid.</summary>
    Refused,

    /// <summary>5xx or no answer: the order may be paid, as long as the books balance.</summary>
    Unknown,
}
