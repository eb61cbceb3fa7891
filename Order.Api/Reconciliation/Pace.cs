namespace Order.Api.Reconciliation;

/// <summary>Keeps a run in the background: it rests after each piece of work.</summary>
/// <param name="rest">So many times as long as the work took; 0 does not rest.</param>
/// <param name="time">The clock.</param>
internal sealed class Pace(double rest, TimeProvider time)
{
    private static readonly TimeSpan RestMax = TimeSpan.FromMinutes(2);

    /// <summary>Work begins now.</summary>
    public long Begin() => time.GetTimestamp();

    /// <summary>Work that began then has ended.</summary>
    public Task RestAsync(long began, CancellationToken cancellationToken)
    {
        var pause = time.GetElapsedTime(began) * rest;
        return pause > TimeSpan.Zero ? Task.Delay(pause < RestMax ? pause : RestMax, time, cancellationToken) : Task.CompletedTask;
    }
}
