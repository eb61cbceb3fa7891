namespace Aspire.Npgsql;

/// <summary>Settings of one Npgsql data source; section <c>Aspire:Npgsql</c>, then <c>Aspire:Npgsql:NAME</c>.</summary>
public sealed class NpgsqlSettings
{
    /// <summary>The connection string; <c>ConnectionStrings:NAME</c> wins over the sections.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>Leaves out the health check. Default false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Leaves the activity source <c>Npgsql</c> alone. Default false.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>Leaves the meter <c>Npgsql</c> alone. Default false.</summary>
    public bool DisableMetrics { get; set; }
}
