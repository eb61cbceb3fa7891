namespace DocumentDb.Gateway;

/// <summary>The settings, section <c>Gateway</c> of the configuration (as variables: <c>Gateway__Port</c> and so on), with all limits.</summary>
internal sealed class GatewayOptions
{
    /// <summary>Where to listen.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port, 1 to 65535; 0 for any free one.</summary>
    public int Port { get; set; } = 27017;

    /// <summary>
    /// Where the engine is: a connection string of Npgsql for a superuser of PostgreSQL, database <c>postgres</c>. Clients log in as roles of that server.
    /// </summary>
    public string Engine { get; set; } = "";

    /// <summary>Connections to the engine, open transactions included.</summary>
    public int EngineConnectionsMax { get; set; } = 32;

    /// <summary>Client connections; one more is closed at once.</summary>
    public int ConnectionsMax { get; set; } = 10_000;

    /// <summary>Transactions open at the same time: each keeps a connection to the engine to itself.</summary>
    public int TransactionsMax { get; set; } = 12;

    /// <summary>Cursors open at the same time; the engine keeps at most 5000 of them in files.</summary>
    public int CursorsMax { get; set; } = 4_000;

    /// <summary>Sessions whose last transaction is remembered.</summary>
    public int SessionsMax { get; set; } = 100_000;

    /// <summary>Messages of more than 1 MB that are held in memory at the same time; others wait in their sockets.</summary>
    public int LargeMessagesMax { get; set; } = 16;

    /// <summary>How long a command waits for a connection to the engine.</summary>
    public TimeSpan EngineWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest command, unless it says maxTimeMS itself. Index builds may take longer.</summary>
    public TimeSpan CommandTime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The longest index build.</summary>
    public TimeSpan IndexBuildTime { get; set; } = TimeSpan.FromHours(2);

    /// <summary>A cursor that nobody reads for so long is gone. The engine deletes its file after the same time.</summary>
    public TimeSpan CursorIdleTime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>A transaction is rolled back when its next command does not come for so long.</summary>
    public TimeSpan TransactionIdleTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a session, and the outcome of a retryable write, is remembered: as long as drivers use a session.</summary>
    public TimeSpan SessionTime { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>A message that began must come, and a reply must be taken, with no pause longer than this.</summary>
    public TimeSpan StallTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long running commands get when the gateway stops.</summary>
    public TimeSpan StopTime { get; set; } = TimeSpan.FromSeconds(5);
}
