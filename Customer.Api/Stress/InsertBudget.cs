namespace Customer.Api.Stress;

/// <summary>Bounds the bytes that are inserted within a time.</summary>
/// <param name="bytesMax">The bytes.</param>
/// <param name="window">The time.</param>
/// <param name="time">Says how late it is.</param>
internal sealed class InsertBudget(long bytesMax, TimeSpan window, TimeProvider time)
{
    private readonly Queue<(long At, long Bytes)> _taken = [];
    private long _bytes;

    /// <summary>Takes some; false if there is not enough left.</summary>
    public bool TryTake(long bytes)
    {
        lock (_taken)
        {
            while (_taken.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= window) _bytes -= _taken.Dequeue().Bytes;
            if (_bytes + bytes > bytesMax) return false;
            _taken.Enqueue((time.GetTimestamp(), bytes));
            _bytes += bytes;
            return true;
        }
    }
}
