using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using ServiceDefaults;

namespace Order.Api.Checkout;

/// <summary>What a client hears of a checkout. The numbers are stored.</summary>
internal enum CheckoutStatus : short
{
    /// <summary>Paid, now or before.</summary>
    Paid = 1,

    /// <summary>Not paid, with nothing held and nothing charged.</summary>
    Refused = 2,

    /// <summary>There is no such order.</summary>
    UnknownOrder = 3,

    /// <summary>The order has no lines.</summary>
    EmptyOrder = 4,

    /// <summary>Not known yet. It goes on without the client.</summary>
    Unresolved = 5,

    /// <summary>Too many at once; nothing was begun.</summary>
    Overloaded = 6,
}

/// <summary>What came of a checkout.</summary>
/// <param name="Status">What the client hears.</param>
/// <param name="Refusal">Why it was refused.</param>
/// <param name="Saga">Where the outcome is not known: the saga that will have one.</param>
internal readonly record struct CheckoutResult(CheckoutStatus Status, Refusal Refusal = Refusal.None, Guid Saga = default)
{
    public static CheckoutResult Paid { get; } = new(CheckoutStatus.Paid);

    public static CheckoutResult Refused(Refusal refusal) => new(CheckoutStatus.Refused, refusal);

    public static CheckoutResult Unknown(Guid saga) => new(CheckoutStatus.Unresolved, Refusal.None, saga);
}

/// <summary>
/// Checks out orders for clients. An order has one checkout at a time: who comes while it runs waits for its outcome, in this process through the table below,
/// across replicas through the database. A client that leaves takes nothing with it.
/// </summary>
internal sealed class Checkouts
{
    /// <summary>Most clients at once; beyond, clients are asked to come back.</summary>
    public const int RunningMax = 4_096;

    // While one batch waits for a disk or a participant, the other has the processors; a third makes batches small (docs/performance.md).
    private const int Lanes = 2;

    private static readonly TimeSpan LookPauseMin = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LookPauseMax = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, CheckoutCall> _running = new();
    private readonly ISagaStore _store;
    private readonly TimeProvider _time;
    private readonly Batcher<CheckoutCall> _queue;
    private int _callers;

    public Checkouts(ISagaStore store, CheckoutLane lane, IMeterFactory meters, TimeProvider time)
    {
        (_store, _time) = (store, time);
        _queue = new(new("checkouts", QueueMax: RunningMax, Lanes: Lanes), meters, lane.RunAsync);
    }

    /// <summary>Checks out an order.</summary>
    public async Task<CheckoutResult> CheckoutAsync(string orderId)
    {
        try
        {
            if (Interlocked.Increment(ref _callers) > RunningMax) return new(CheckoutStatus.Overloaded);
            var trace = Activity.Current is { Recorded: true } activity ? activity.Context : default;
            var mine = new CheckoutCall(orderId, _time.GetTimestamp(), trace, FollowAsync);
            var running = _running.GetOrAdd(orderId, mine);
            return ReferenceEquals(running, mine) ? await RunAsync(mine) : await running.Answer;
        }
        finally
        {
            Interlocked.Decrement(ref _callers);
        }
    }

    private async Task<CheckoutResult> RunAsync(CheckoutCall call)
    {
        try
        {
            _queue.Add(call);
        }
        catch (OverloadException)
        {
            call.Complete(new(CheckoutStatus.Overloaded));
        }

        try
        {
            return await call.Answer;
        }
        finally
        {
            _running.TryRemove(call.OrderId, out _);
        }
    }

    // Another replica has the saga, or will have it, or recovery.
    private async Task<CheckoutResult> FollowAsync(CheckoutCall call, Guid saga)
    {
        try
        {
            for (var pause = LookPauseMin; _time.GetElapsedTime(call.AskedAt) < SagaLimits.RequestTimeMax;)
            {
                if (await _store.FindOutcomeAsync(call.OrderId, saga) is { } outcome) return outcome;
                await Task.Delay(pause, _time);
                pause = pause * 2 < LookPauseMax ? pause * 2 : LookPauseMax;
            }
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            // As unknown as before.
        }

        return CheckoutResult.Unknown(saga);
    }
}
