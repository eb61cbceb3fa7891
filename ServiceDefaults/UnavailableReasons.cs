namespace ServiceDefaults;

/// <summary>Causes of a 503: the <c>reason</c> in the problem details and in the metrics. docs/operations.md has the remedy for each.</summary>
public static class UnavailableReasons
{
    /// <summary>Too many requests are waiting. Nothing was begun.</summary>
    public const string QueueFull = "queue-full";

    /// <summary>The service's Postgres is unavailable or timed out.</summary>
    public const string Database = "database-unavailable";

    /// <summary>Another service is unavailable or timed out.</summary>
    public const string Service = "service-unavailable";

    /// <summary>An operation exceeded its time limit.</summary>
    public const string TimedOut = "timed-out";

    /// <summary>Other work must finish first.</summary>
    public const string Busy = "busy";
}
