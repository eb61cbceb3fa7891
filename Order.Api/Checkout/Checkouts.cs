using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Order.Api.Checkout.Saga;
using Order.Api.Checkout.Store;
using ServiceDefaults;
using ServiceKit.Batching;

namespace Order.Api.Checkout;

/// <summary>
/// Checks out orders for clients. An order has one checkout at a time. Requests that arrive while it runs wait for its outcome: within this process through the
/// table below, across replicas through the database. A client that disconnects does not cancel the checkout.
/// </summary>
internal sealed class Checkouts
{
    /// <summary>Maximum number of concurrent clients. Above it, clients are asked to retry.</summary>
    public const int RunningMax = 4_096;

    // While one batch waits for a disk or a participant, the other uses the CPU. A third lane would make the batches small (docs/performance.md).
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

    public async Task<CheckoutResult> CheckoutAsync(string orderId)
    {
        try
        {
            if (Interlocked.Increment(ref _callers) > RunningMax) return CheckoutResult.Overloaded(UnavailableReasons.QueueFull);
            var trace = Activity.Current is { Recorded: true } activity ? activity.Context : default;
            var mine = new CheckoutCall(orderId, _time.GetTimestamp(), trace);
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
            var result = await call.Result;
            if (result.Status == CheckoutStatus.Unresolved) result = await FollowAsync(call, result);
            call.Reply(result);
            return result;
        }
        catch (OverloadException)
        {
            var result = CheckoutResult.Overloaded(UnavailableReasons.QueueFull);
            call.Reply(result);
            return result;
        }
        catch (Exception e)
        {
            call.ReplyFailed(e);
            throw;
        }
        finally
        {
            _running.TryRemove(call.OrderId, out _);
        }
    }

    // Waits for the outcome of a saga that another replica or recovery owns, or will own.
    private async Task<CheckoutResult> FollowAsync(CheckoutCall call, CheckoutResult unknown)
    {
        try
        {
            for (var pause = LookPauseMin; _time.GetElapsedTime(call.AskedAt) < SagaLimits.RequestTimeMax;)
            {
                if (await _store.FindOutcomeAsync(call.OrderId, unknown.Saga) is { } outcome) return outcome;
                await Task.Delay(pause, _time);
                pause = pause * 2 < LookPauseMax ? pause * 2 : LookPauseMax;
            }
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            // Still unknown.
        }

        return unknown;
    }
}
