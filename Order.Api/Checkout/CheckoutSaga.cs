using System.Diagnostics;

namespace Order.Api.Checkout;

/// <summary>Sagas that began together, in one row: they have one owner and one lease.</summary>
/// <param name="id">Of the row.</param>
/// <param name="epoch">Counts its owners; only the last one's records are taken.</param>
/// <param name="startedAt">Unix seconds, the database's.</param>
/// <param name="leasedAt">A timestamp of this process, from before the lease was taken.</param>
internal sealed class SagaBatch(Guid id, int epoch, long startedAt, long leasedAt)
{
    private int _open;

    public Guid Id => id;

    public int Epoch => epoch;

    public long StartedAt => startedAt;

    public long LeasedAt => leasedAt;

    /// <summary>Of the first of its checkouts that is recorded.</summary>
    public ActivityContext Trace { get; init; }

    /// <summary>Counts a saga in.</summary>
    public void Add() => _open++;

    /// <summary>Counts a saga out that has ended. True: it was the last one.</summary>
    public bool End() => Interlocked.Decrement(ref _open) == 0;
}

/// <summary>A checkout under way, as its owner holds it. One flow at a time works on it.</summary>
/// <param name="id">Also the key of everything it asks of others.</param>
/// <param name="orderId">What is checked out.</param>
/// <param name="userId">Who pays.</param>
/// <param name="lines">Frozen when it began; none where the order is gone.</param>
/// <param name="total">Frozen when it began.</param>
/// <param name="batch">With which it began.</param>
/// <param name="state">Where it stands.</param>
/// <param name="call">Who waits for it.</param>
internal sealed class CheckoutSaga(
    Guid id, string orderId, string userId, ReservationLine[] lines, long total, SagaBatch batch, SagaState state, CheckoutCall? call = null)
{
    public Guid Id => id;

    public string OrderId => orderId;

    public string UserId => userId;

    public ReservationLine[] Lines => lines;

    public long Total => total;

    public SagaBatch Batch => batch;

    public SagaState State { get; private set; } = state;

    public CheckoutCall? Call => call;

    /// <summary>Does its order go to a state, whose popular items it counts among once it is paid?</summary>
    public bool IsShipped { get; init; }

    /// <summary>Was it answered what cannot be? Then this owner asks no more; whoever adopts it asks again.</summary>
    public bool IsStuck { get; private set; }

    /// <summary>Moves on. See <see cref="SagaState.On"/>.</summary>
    public void Hear(SagaEvent heard) => State = State.On(heard);

    /// <summary>Leaves it, at the step where it is, to recovery.</summary>
    public void GetStuck() => IsStuck = true;
}

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
