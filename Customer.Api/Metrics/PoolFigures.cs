namespace Customer.Api.Metrics;

/// <summary>What a connection pool is and has done, at a moment.</summary>
/// <param name="MaxSize">Most connections.</param>
/// <param name="MinSize">Connections that stay open.</param>
/// <param name="Opened">Connections that were opened.</param>
/// <param name="Closed">Connections that were closed.</param>
/// <param name="CheckedOut">How often an operation got a connection.</param>
/// <param name="CheckedIn">How often one was given back.</param>
/// <param name="CheckOutFailures">Operations that got no connection in time.</param>
/// <param name="WaitSeconds">How long operations waited for a connection, all together.</param>
internal readonly record struct PoolFigures(
    int MaxSize, int MinSize, long Opened, long Closed, long CheckedOut, long CheckedIn, long CheckOutFailures, double WaitSeconds)
{
    public long Open => Math.Max(Opened - Closed, 0);

    public long InUse => Math.Max(CheckedOut - CheckedIn, 0);
}
