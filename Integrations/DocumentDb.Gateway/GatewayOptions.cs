namespace DocumentDb.Gateway;

/// <summary>The settings and limits, from the configuration section <c>Gateway</c> (as environment variables: <c>Gateway__Port</c> and so on).</summary>
internal sealed class GatewayOptions
{
    /// <summary>The IP address to listen on.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port to listen on, 1 to 65535; 0 for any free one.</summary>
    public int Port { get; set; } = 27017;

    /// <summary>
    /// The engine's Npgsql connection string, for a PostgreSQL superuser and the database <c>postgres</c>. Clients log in as roles of that server. Of several
    /// hosts, the one that is the primary is used.
    /// </summary>
    public string Engine { get; set; } = "";

    /// <summary>The maximum number of connections to the engine, including open transactions.</summary>
    public int EngineConnectionsMax { get; set; } = 32;

    /// <summary>The maximum number of client connections; more are closed at once.</summary>
    public int ConnectionsMax { get; set; } = 10_000;

    /// <summary>The maximum number of open transactions; each holds a connection to the engine.</summary>
    public int TransactionsMax { get; set; } = 12;

    /// <summary>The maximum number of open cursors; the engine keeps at most 5000 of them in files.</summary>
    public int CursorsMax { get; set; } = 4_000;

    /// <summary>The maximum number of sessions whose last transaction is remembered.</summary>
    public int SessionsMax { get; set; } = 100_000;

    /// <summary>The maximum number of messages above 1 MB in memory at the same time; others wait in their sockets.</summary>
    public int LargeMessagesMax { get; set; } = 16;

    /// <summary>The maximum wait for a connection to the engine; 1 s with several hosts.</summary>
    public TimeSpan EngineWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The maximum duration of a command without its own maxTimeMS. Index builds may take longer.</summary>
    public TimeSpan CommandTime { get; set; } = TimeSpan.FromMinutes(10);

    public TimeSpan IndexBuildTime { get; set; } = TimeSpan.FromHours(2);

    /// <summary>The time after which an unused cursor is closed. The engine deletes its file after the same time.</summary>
    public TimeSpan CursorIdleTime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The maximum time between two commands of a transaction; after it the transaction is rolled back.</summary>
    public TimeSpan TransactionIdleTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a session and the outcome of a retryable write are remembered: as long as drivers use a session.</summary>
    public TimeSpan SessionTime { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>The maximum pause while a message is received or a reply is sent.</summary>
    public TimeSpan StallTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The time that running commands have to finish when the gateway stops.</summary>
    public TimeSpan StopTime { get; set; } = TimeSpan.FromSeconds(5);
}
