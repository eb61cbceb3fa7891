namespace Customer.Api.Metrics;

/// <summary>A snapshot of a connection pool's metrics.</summary>
/// <param name="MaxSize">Maximum number of connections.</param>
/// <param name="MinSize">Number of connections that stay open.</param>
/// <param name="Opened">Connections opened so far.</param>
/// <param name="Closed">Connections closed so far.</param>
/// <param name="CheckedOut">Number of times an operation got a connection.</param>
/// <param name="CheckedIn">Number of times a connection was returned.</param>
/// <param name="CheckOutFailures">Number of operations that failed to get a connection.</param>
/// <param name="WaitSeconds">Total time that operations waited for a connection.</param>
internal readonly record struct PoolFigures(
    int MaxSize, int MinSize, long Opened, long Closed, long CheckedOut, long CheckedIn, long CheckOutFailures, double WaitSeconds)
{
    public long Open => Math.Max(Opened - Closed, 0);

    public long InUse => Math.Max(CheckedOut - CheckedIn, 0);
}
