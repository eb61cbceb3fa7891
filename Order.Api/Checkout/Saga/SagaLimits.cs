namespace Order.Api.Checkout.Saga;

/// <summary>Time limits of a saga and its parts.</summary>
internal static class SagaLimits
{
    /// <summary>How long an owner keeps a saga to itself. Short, because an order waits this long if its owner dies.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(6);

    /// <summary>An owner starts no further step after this time. The rest of the lease is for the step already running.</summary>
    public static readonly TimeSpan RunTimeMax = TimeSpan.FromSeconds(4);

    /// <summary>A call to a participant without an answer for this long has an unknown outcome.</summary>
    public static readonly TimeSpan CallTimeMax = TimeSpan.FromSeconds(2);

    /// <summary>The longest time a checkout waits for its turn, before anything is begun.</summary>
    public static readonly TimeSpan QueueTimeMax = TimeSpan.FromSeconds(10);

    /// <summary>The longest time a client waits for the outcome. Longer than a lease, so that most clients also get the outcome of a recovery.</summary>
    public static readonly TimeSpan RequestTimeMax = TimeSpan.FromSeconds(8);

    /// <summary>A saga of this age that is adopted before its pivot is canceled: clients must not be charged for a checkout they gave up on.</summary>
    public static readonly TimeSpan PivotAgeMax = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How much longer Stock.Api keeps records than the oldest open saga requires, for sagas that are just beginning and are not visible yet. A hold that
    /// arrives even later finds its record gone and is rejected for its age.
    /// </summary>
    public static readonly TimeSpan RecordsKept = TimeSpan.FromSeconds(15);
}
