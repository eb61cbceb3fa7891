using System.Diagnostics;

namespace Order.Api.Checkout.Saga;

/// <summary>Sagas that began together. They share a row, an owner and a lease.</summary>
/// <param name="id">The row's ID.</param>
/// <param name="epoch">Incremented with each new owner. Only the current owner's records are accepted.</param>
/// <param name="startedAt">Unix seconds, by the database's clock.</param>
/// <param name="leasedAt">Timestamp of this process from before the lease was taken.</param>
internal sealed class SagaBatch(Guid id, int epoch, long startedAt, long leasedAt)
{
    private int _open;

    public Guid Id => id;

    public int Epoch => epoch;

    public long StartedAt => startedAt;

    public long LeasedAt => leasedAt;

    /// <summary>The trace context of the first recorded checkout in the batch.</summary>
    public ActivityContext Trace { get; init; }

    public void Add() => _open++;

    /// <summary>Counts a saga as ended. Returns true for the last one.</summary>
    public bool End() => Interlocked.Decrement(ref _open) == 0;
}
