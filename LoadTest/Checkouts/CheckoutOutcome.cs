namespace LoadTest.Checkouts;

/// <summary>What the client knows of an order's checkout.</summary>
internal enum CheckoutOutcome : byte
{
    /// <summary>It was never asked for.</summary>
    Unused,

    /// <summary>2xx: the order must be paid.</summary>
    Committed,

    /// <summary>4xx: it must not be.</summary>
    Refused,

    /// <summary>5xx, or no answer: it may be, as long as the books balance.</summary>
    Unknown,
}
