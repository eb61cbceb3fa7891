using System.Collections.Concurrent;
using System.Data.Common;
using System.Diagnostics;
using Order.Api.Orders;

namespace Order.Api.Checkout;

/// <summary>What a client hears of a checkout.</summary>
internal enum CheckoutStatus
{
    /// <summary>Paid, now or before.</summary>
    Paid,

    /// <summary>Not paid, with nothing held and nothing charged.</summary>
    Refused,

    /// <summary>There is no such order.</summary>
    UnknownOrder,

    /// <summary>The order has no lines.</summary>
    EmptyOrder,

    /// <summary>Not known yet. It goes on without the client.</summary>
    Unresolved,

    /// <summary>Too many at once; nothing was begun.</summary>
    Overloaded,
}

/// <summary>What came of a checkout.</summary>
internal readonly record struct CheckoutResult(CheckoutStatus Status, Refusal Refusal)
{
    public static CheckoutResult Paid { get; } = new(CheckoutStatus.Paid, Refusal.None);

    public static CheckoutResult Refused(Refusal refusal) => new(CheckoutStatus.Refused, refusal);
}

/// <summary>
/// Checks out orders for clients. An order has one checkout at a time: who comes while it runs waits for its outcome, in this process through the table below,
/// across
/// replicas through the database. A client that leaves takes nothing with it.
/// </summary>
internal sealed class Checkouts(
    CheckoutSagaStore store, CheckoutSagaRunner runner, StockCommitter committer, CheckoutTelemetry telemetry, TimeProvider time, ILogger<Checkouts> logger)
    : IDisposable
{
    /// <summary>Most clients at once; beyond, clients are asked to come back.</summary>
    public const int RunningMax = 4_096;

    // Who is not yet driven waits with nothing begun, so that a lease never runs out for want of a processor or a connection.
    private const int DrivenMax = 32;

    private static readonly Func<ILogger, Guid, string, IDisposable?> Scope = LoggerMessage.DefineScope<Guid, string>("Saga {SagaId} of order {OrderId}");

    private static readonly TimeSpan LookPauseMin = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LookPauseMax = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<string, Lazy<Task<CheckoutResult>>> _running = new();
    private readonly SemaphoreSlim _slots = new(DrivenMax);
    private int _count;

    /// <summary>Checks out an order. Cancelling ends the waiting, not the checkout.</summary>
    public async Task<CheckoutResult> CheckoutAsync(string orderId, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _count) > RunningMax)
        {
            Interlocked.Decrement(ref _count);
            return new(CheckoutStatus.Overloaded, Refusal.None);
        }

        try
        {
            var running = _running.GetOrAdd(orderId, static (id, self) => new(() => self.RunAsync(id)), this).Value;
            try
            {
                return await running.WaitAsync(SagaLimits.QueueTimeMax + SagaLimits.RequestTimeMax, time, cancellationToken);
            }
            catch (TimeoutException) when (!running.IsCompleted)
            {
                return new(CheckoutStatus.Unresolved, Refusal.None);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _slots.Dispose();

    private async Task<CheckoutResult> RunAsync(string orderId)
    {
        try
        {
            if (!await _slots.WaitAsync(SagaLimits.QueueTimeMax)) return new(CheckoutStatus.Overloaded, Refusal.None);
            var (begunAt, sagaId) = (time.GetTimestamp(), Guid.CreateVersion7());
            BeginResult begun;
            try
            {
                begun = await BeginAsync(orderId, sagaId);
                if (begun.Saga is { } saga && await DriveAsync(saga, begunAt) is { } decided) return decided;
            }
            finally
            {
                _slots.Release();
            }

            return begun switch
            {
                { Saga: not null } => await WaitAsync(sagaId, begunAt),
                { Order: null } => new(CheckoutStatus.UnknownOrder, Refusal.None),
                { Order: OrderStatus.Open } => new(CheckoutStatus.EmptyOrder, Refusal.None),
                { Order: OrderStatus.Paid } => CheckoutResult.Paid,
                _ => await WaitAsync(begun.Other!.Value, begunAt),
            };
        }
        finally
        {
            _running.TryRemove(orderId, out _);
        }
    }

    // Null: not decided in time.
    private async Task<CheckoutResult?> DriveAsync(CheckoutSaga saga, long leasedAt)
    {
        using var scope = Scope(logger, saga.Id, saga.OrderId);
        using var activity = telemetry.StartCheckout(saga);
        await runner.RunAsync([saga], static state => state.IsDecided, leasedAt);
        if (!saga.State.IsDecided) return null;
        if (saga.State.Refusal != Refusal.None) return CheckoutResult.Refused(saga.State.Refusal);
        committer.Enqueue(saga);
        return CheckoutResult.Paid;
    }

    private async Task<BeginResult> BeginAsync(string orderId, Guid sagaId)
    {
        var traceParent = Activity.Current is { Recorded: true, Id: { } id } ? id : null;
        try
        {
            return (await store.BeginAsync([(orderId, sagaId)], traceParent))[0];
        }
        catch (DbException e) when (e.IsTransient)
        {
            // It may have begun though the confirmation is lost. Asked again with the same id it begins now, or the order is found in checkout by that
            // very saga, which is then adopted like any other that nobody drives.
            return (await store.BeginAsync([(orderId, sagaId)], traceParent))[0];
        }
    }

    // Another replica has the saga, or will have it.
    private async Task<CheckoutResult> WaitAsync(Guid sagaId, long since)
    {
        for (var pause = LookPauseMin; time.GetElapsedTime(since) < SagaLimits.RequestTimeMax; pause = pause * 2 < LookPauseMax ? pause * 2 : LookPauseMax)
        {
            if (await store.FindOutcomeAsync(sagaId) is { } outcome) return outcome;
            await Task.Delay(pause, time);
        }

        return new(CheckoutStatus.Unresolved, Refusal.None);
    }
}
