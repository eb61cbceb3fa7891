namespace Tests.Unit.Checkout.Simulation;

/// <summary>Probabilities of faults per call in one run. Each run draws its own, because some faults hide others.</summary>
internal sealed record Faults
{
    public static Faults None { get; } = new();

    /// <summary>The call is not delivered, and the caller gets an error.</summary>
    public double Refused { get; init; }

    /// <summary>The call is executed but its reply is lost: the caller gets an error or a timeout.</summary>
    public double ReplyLost { get; init; }

    /// <summary>The call is executed again, much later.</summary>
    public double Duplicated { get; init; }

    /// <summary>The call is executed long after the caller's timeout.</summary>
    public double Late { get; init; }

    /// <summary>The call or its reply is delayed, without reordering.</summary>
    public double Slow { get; init; }

    /// <summary>The reply arrives before the caller awaits it.</summary>
    public double AtOnce { get; init; }

    /// <summary>The participant is of another version: it executes the call and returns an unknown code.</summary>
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

/// <summary>Bugs planted in the models and adapters, which the simulation must find.</summary>
public enum Bug
{
    /// <summary>No planted bug.</summary>
    None,

    /// <summary>Stock releases an unknown saga without leaving a record.</summary>
    NoStockTombstone,

    /// <summary>Payment refunds an unknown saga without leaving a record.</summary>
    NoPaymentTombstone,

    /// <summary>Stock holds again what it already holds.</summary>
    NoStockDedupe,

    /// <summary>Payment charges again what it has already charged.</summary>
    NoPaymentDedupe,

    /// <summary>A hold without a response is treated as refused.</summary>
    StockTimeoutIsRefusal,

    /// <summary>A charge without a response is treated as refused.</summary>
    PaymentTimeoutIsRefusal,

    /// <summary>An unknown outcome of payment is treated as not charged.</summary>
    UnknownIsNotCharged,

    /// <summary>A release is not sent, but treated as done.</summary>
    NoRelease,

    /// <summary>A refund is not sent, but treated as done.</summary>
    NoRefund,

    /// <summary>Stock reads, and writes later.</summary>
    StockChecksThenSets,

    /// <summary>Payment reads, and writes later.</summary>
    PaymentChecksThenSets,

    /// <summary>The database accepts records from former owners.</summary>
    NoFencing,

    /// <summary>A turn without a confirmation begins its checkouts again with the same ids.</summary>
    BeginsAgain,

    /// <summary>Stock forgets an old saga and holds it again.</summary>
    NoFloor,
}
