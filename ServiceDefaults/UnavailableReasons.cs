namespace ServiceDefaults;

/// <summary>Causes of a 503: the <c>reason</c> of the problem document and of the counter. docs/operations.md has the remedy for each.</summary>
public static class UnavailableReasons
{
    /// <summary>Too many requests wait already; nothing was begun.</summary>
    public const string QueueFull = "queue-full";

    /// <summary>The service's Postgres does not answer, or not in time.</summary>
    public const string Database = "database-unavailable";

    /// <summary>Another service does not answer, or not in time.</summary>
    public const string Service = "service-unavailable";

    /// <summary>An operation took longer than it may.</summary>
    public const string TimedOut = "timed-out";

    /// <summary>Work is under way that must end first.</summary>
    public const string Busy = "busy";
}
