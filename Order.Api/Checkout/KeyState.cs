namespace Order.Api.Checkout;

/// <summary>What an idempotency key stands for when it comes with a checkout.</summary>
internal enum KeyState
{
    /// <summary>Nothing yet: it is this request's.</summary>
    New,

    /// <summary>The same request, which still runs.</summary>
    Running,

    /// <summary>The same request, which has its outcome.</summary>
    Done,

    /// <summary>Another request.</summary>
    Reused,
}
