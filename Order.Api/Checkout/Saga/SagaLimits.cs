namespace Order.Api.Checkout.Saga;

/// <summary>The time a saga and its parts may take.</summary>
internal static class SagaLimits
{
    /// <summary>For so long nobody else takes a saga over. Short, for it is how long an order waits when its owner has died.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(6);

    /// <summary>An owner starts no further step after this; the rest of the lease is for the step that then runs.</summary>
    public static readonly TimeSpan RunTimeMax = TimeSpan.FromSeconds(4);

    /// <summary>A call to a participant without an answer for this long is unknown.</summary>
    public static readonly TimeSpan CallTimeMax = TimeSpan.FromSeconds(2);

    /// <summary>The longest a checkout waits for its turn, before anything is begun.</summary>
    public static readonly TimeSpan QueueTimeMax = TimeSpan.FromSeconds(10);

    /// <summary>The longest a client waits for the outcome of what was begun; longer than a lease, so that most see the outcome of a recovery too.</summary>
    public static readonly TimeSpan RequestTimeMax = TimeSpan.FromSeconds(8);

    /// <summary>A saga this old that is taken over before its pivot is called off: nobody wants to be charged for what they gave up on.</summary>
    public static readonly TimeSpan PivotAgeMax = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Stock.Api keeps the records of sagas this much longer than the oldest open one: for sagas that are beginning just now, and are not seen yet. A hold
    /// that comes later still finds its record gone, and is refused for its age.
    /// </summary>
    public static readonly TimeSpan RecordsKept = TimeSpan.FromSeconds(15);
}
