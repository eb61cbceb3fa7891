using System.Diagnostics;
using Npgsql;

namespace ServiceKit.Postgres;

/// <summary>Configures a service's connections to Postgres.</summary>
public static class PostgresDataSource
{
    private const string SummaryTag = "db.query.summary";

    /// <summary>
    /// Sets <see cref="PostgresLimits"/>, keeps timeouts from confirming commits (<see cref="CancelRequests"/>), and names spans after what their SQL does
    /// instead of the database.
    /// </summary>
    public static void Configure(NpgsqlDataSourceBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        PostgresLimits.Set(builder.ConnectionStringBuilder);
        CancelRequests.Disable(builder);
        builder.ConfigureTracing(static tracing => tracing
            .ConfigureCommandSpanNameProvider(static command => SqlSummary.Of(command.CommandText))
            .ConfigureBatchSpanNameProvider(static batch => Summary(batch.BatchCommands))
            .ConfigureCommandEnrichmentCallback(static (activity, _) => Tag(activity))
            .ConfigureBatchEnrichmentCallback(static (activity, _) => Tag(activity)));
    }

    private static string Summary(IEnumerable<NpgsqlBatchCommand> batch) => SqlSummary.Of(batch.Select(static command => command.CommandText));

    private static void Tag(Activity activity) => activity.SetTag(SummaryTag, activity.DisplayName);
}
