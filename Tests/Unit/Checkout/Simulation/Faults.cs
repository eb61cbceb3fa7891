namespace Tests.Unit.Checkout.Simulation;

/// <summary>What may go wrong in one run, as probabilities of a call. Each run draws its own: some kinds of trouble hide others.</summary>
internal sealed record Faults
{
    public static Faults None { get; } = new();

    /// <summary>The call never gets there, and the caller hears so.</summary>
    public double Refused { get; init; }

    /// <summary>It is carried out and the reply is lost: at once an error, or silence.</summary>
    public double ReplyLost { get; init; }

    /// <summary>It is carried out once more, much later.</summary>
    public double Duplicated { get; init; }

    /// <summary>It is carried out long after the caller has given up.</summary>
    public double Late { get; init; }

    /// <summary>It takes its time, there or back, and overtakes nothing.</summary>
    public double Slow { get; init; }

    /// <summary>It is answered before the caller has got round to wait.</summary>
    public double AtOnce { get; init; }

    /// <summary>A participant is of another version: it does what is asked, and says so by a number that is unknown here.</summary>
    public double Unknown { get; init; }

    public static Faults Draw(Scheduler scheduler) => new()
    {
        Refused = Draw(scheduler, 0.3),
        ReplyLost = Draw(scheduler, 0.3),
        Duplicated = Draw(scheduler, 0.5),
        Late = Draw(scheduler, 0.7),
        Slow = Draw(scheduler, 0.3),
        AtOnce = Draw(scheduler, 0.3),
        Unknown = Draw(scheduler, 0.3),
    };

    private static double Draw(Scheduler scheduler, double max) => scheduler.Chance(0.5) ? max * Math.Pow(scheduler.Random.NextDouble(), 2) : 0;
}

/// <summary>Errors planted on purpose, in the models and the adapters: a simulation that does not find them proves nothing.</summary>
public enum Bug
{
    /// <summary>All is as it should be.</summary>
    None,

    /// <summary>Stock releases what it does not know and leaves nothing behind.</summary>
    NoStockTombstone,

    /// <summary>Payment refunds what it does not know and leaves nothing behind.</summary>
    NoPaymentTombstone,

    /// <summary>Stock holds again what it holds already.</summary>
    NoStockDedupe,

    /// <summary>Payment charges again what it has charged already.</summary>
    NoPaymentDedupe,

    /// <summary>A hold without an answer is taken for one that was refused.</summary>
    StockTimeoutIsRefusal,

    /// <summary>A charge without an answer is taken for one that was refused.</summary>
    PaymentTimeoutIsRefusal,

    /// <summary>An outcome of payment that is unknown is taken for: not charged.</summary>
    UnknownIsNotCharged,

    /// <summary>A release is not sent, and taken for done.</summary>
    NoRelease,

    /// <summary>A refund is not sent, and taken for done.</summary>
    NoRefund,

    /// <summary>Stock reads, and writes a moment later.</summary>
    StockChecksThenSets,

    /// <summary>Payment reads, and writes a moment later.</summary>
    PaymentChecksThenSets,

    /// <summary>The database takes records of former owners.</summary>
    NoFencing,

    /// <summary>A turn without a confirmation begins its checkouts again under the same ids.</summary>
    BeginsAgain,

    /// <summary>Stock forgets what is old and holds it again.</summary>
    NoFloor,
}
