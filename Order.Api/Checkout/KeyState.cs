namespace Order.Api.Checkout;

/// <summary>The state of an idempotency key when a checkout request carries it.</summary>
internal enum KeyState
{
    /// <summary>Unused so far; this request has claimed it.</summary>
    New,

    /// <summary>The same request is still running.</summary>
    Running,

    /// <summary>The same request has completed.</summary>
    Done,

    /// <summary>The key was used for a different request.</summary>
    Reused,
}
