namespace Aspire.Hosting;

/// <summary>Every wait of the AppHost has an end. Values are generous on two slow cores and short enough that nobody believes it hangs.</summary>
internal static class Limits
{
    /// <summary>Fetching the orchestrator and the dashboard: 130 MB.</summary>
    public static readonly TimeSpan BundleDownload = TimeSpan.FromMinutes(5);

    /// <summary>DCP answers within 0.2 s; a machine under load may need longer.</summary>
    public static readonly TimeSpan OrchestratorStart = TimeSpan.FromSeconds(20);

    /// <summary>One request to DCP on loopback.</summary>
    public static readonly TimeSpan OrchestratorCall = TimeSpan.FromSeconds(20);

    /// <summary>Building all projects from nothing, restore included.</summary>
    public static readonly TimeSpan Build = TimeSpan.FromMinutes(10);

    /// <summary>From the moment that a resource may start until it is healthy.</summary>
    public static readonly TimeSpan ResourceStart = TimeSpan.FromMinutes(3);

    /// <summary>One run of a health check.</summary>
    public static readonly TimeSpan HealthCheck = TimeSpan.FromSeconds(5);

    /// <summary>Stopping a resource: DCP kills after 6 s what ignores SIGTERM, a container engine after 10 s.</summary>
    public static readonly TimeSpan ResourceStop = TimeSpan.FromSeconds(30);

    /// <summary>Stopping everything.</summary>
    public static readonly TimeSpan Shutdown = TimeSpan.FromSeconds(60);
}
