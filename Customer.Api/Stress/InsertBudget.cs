namespace Customer.Api.Stress;

/// <summary>Limits the bytes inserted within a time window.</summary>
/// <param name="bytesMax">Maximum number of bytes.</param>
/// <param name="window">Length of the window.</param>
/// <param name="time">The clock.</param>
internal sealed class InsertBudget(long bytesMax, TimeSpan window, TimeProvider time)
{
    private readonly Queue<(long At, long Bytes)> _taken = [];
    private long _bytes;

    /// <summary>Takes bytes from the budget; returns false if not enough is left.</summary>
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
