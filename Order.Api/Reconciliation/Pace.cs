namespace Order.Api.Reconciliation;

/// <summary>Slows down a background run by pausing after each piece of work.</summary>
/// <param name="rest">Length of a pause as a multiple of the work's duration; 0 for no pauses.</param>
/// <param name="time">The clock.</param>
internal sealed class Pace(double rest, TimeProvider time)
{
    private static readonly TimeSpan RestMax = TimeSpan.FromMinutes(2);

    /// <summary>Starts a piece of work and returns its timestamp.</summary>
    public long Begin() => time.GetTimestamp();

    /// <summary>Ends the piece of work that began at the given timestamp, and pauses.</summary>
    public Task RestAsync(long began, CancellationToken cancellationToken)
    {
        var pause = time.GetElapsedTime(began) * rest;
        return pause > TimeSpan.Zero ? Task.Delay(pause < RestMax ? pause : RestMax, time, cancellationToken) : Task.CompletedTask;
    }
}
