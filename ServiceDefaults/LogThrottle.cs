namespace ServiceDefaults;

/// <summary>Allows one log line per second. Otherwise every request would log the same while a dependency is down.</summary>
public sealed class LogThrottle(TimeProvider time)
{
    private long _nextAt = long.MinValue;
    private int _skipped;

    /// <summary>Decides whether to write a line now.</summary>
    /// <param name="skipped">Number of lines suppressed since the last one written.</param>
    public bool TryEnter(out int skipped)
    {
        skipped = 0;
        var now = time.GetTimestamp();
        var nextAt = Volatile.Read(ref _nextAt);
        if (now < nextAt || Interlocked.CompareExchange(ref _nextAt, now + time.TimestampFrequency, nextAt) != nextAt)
        {
            Interlocked.Increment(ref _skipped);
            return false;
        }

        skipped = Interlocked.Exchange(ref _skipped, 0);
        return true;
    }
}
