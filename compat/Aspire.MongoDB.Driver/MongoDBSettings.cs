namespace Aspire.MongoDB.Driver;

/// <summary>Settings of one MongoDB client; section <c>Aspire:MongoDB:Driver</c>, then <c>Aspire:MongoDB:Driver:NAME</c>.</summary>
public sealed class MongoDBSettings
{
    /// <summary>The connection string; <c>ConnectionStrings:NAME</c> wins over the sections.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves out the health check. Default false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Milliseconds that the health check may take; null: no limit of its own.</summary>
    public int? HealthCheckTimeout { get; set; }

    /// <summary>Leaves the activity source <c>MongoDB.Driver</c> alone. Default false.</summary>
    public bool DisableTracing { get; set; }
}
