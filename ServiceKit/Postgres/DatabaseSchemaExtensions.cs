using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServiceDefaults;

namespace ServiceKit.Postgres;

/// <summary>Registers <see cref="DatabaseSchema"/>.</summary>
public static class DatabaseSchemaExtensions
{
    /// <summary>
    /// Runs the script on the service's Postgres database at startup. Until it has run, the check <c>schema</c> keeps the service unready, and requests are
    /// answered with 503.
    /// </summary>
    /// <param name="services">The services, which must include a <see cref="DbDataSource"/> for Postgres.</param>
    /// <param name="script">Idempotent SQL (<c>CREATE ... IF NOT EXISTS</c>).</param>
    public static IServiceCollection AddDatabaseSchema(this IServiceCollection services, string script)
    {
        services.AddSingleton(provider => new DatabaseSchema(
            provider.GetRequiredService<DbDataSource>(),
            script,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<DatabaseSchema>>()));
        services.AddHostedService(static provider => provider.GetRequiredService<DatabaseSchema>());
        services.AddHealthChecks().AddCheck<DatabaseSchema>("schema");
        services.AddDependencyFailure<DbException>(UnavailableReasons.Database, PostgresLimits.IsOutage);
        return services;
    }
}
