namespace MongoDb.Client;

/// <summary>Settings of one MongoDB client.</summary>
public sealed class MongoDBSettings
{
    /// <summary>The connection string. <c>ConnectionStrings:NAME</c> takes precedence over the configuration sections.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Disables the health check.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>The health check's time limit in milliseconds; 3,000 if not set.</summary>
    public int? HealthCheckTimeout { get; set; }

    /// <summary>Disables tracing.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Disables the metrics of the connection pool.</summary>
    public bool DisableMetrics { get; set; }
}
