using System.Diagnostics;

namespace Order.Api.Checkout.Saga;

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
