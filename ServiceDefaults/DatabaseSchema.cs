using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ServiceDefaults;

/// <summary>Registers <see cref="DatabaseSchema"/>.</summary>
public static class DatabaseSchemaExtensions
{
    /// <summary>
    /// Runs the script on the service's Postgres database at start; until it has run, the check <c>schema</c> keeps the service unready, and its requests are
    /// answered 503.
    /// </summary>
    /// <param name="services">The services; one of them a <see cref="DbDataSource"/> on Postgres.</param>
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

/// <summary>
/// Creates the tables of a service. Several replicas may start at once: an advisory lock lets one after the other through. Tries until it succeeds.
/// </summary>
public sealed partial class DatabaseSchema(DbDataSource database, string script, TimeProvider time, ILogger<DatabaseSchema> logger)
    : BackgroundService, IHealthCheck
{
    // One lock a database is enough. Any number does as long as every replica, of any version, uses the same.
    private const long LockId = 0x73686F70;

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the tables are there.</summary>
    public Task Ready => _ready.Task;

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_ready.Task.IsCompleted ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await CreateAsync(stoppingToken);
                _ready.SetResult();
                return;
            }
            catch (Exception e) when (e is DbException or SocketException or TimeoutException)
            {
                LogRetry(logger, e.Message);
                await Task.Delay(RetryPause, time, stoppingToken);
            }
        }
    }

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = $"SELECT pg_advisory_xact_lock({LockId});";
        await command.ExecuteNonQueryAsync(cancellationToken);
        command.CommandText = script;
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    [LoggerMessage(121, LogLevel.Warning, "The tables could not be created yet: {Reason}")]
    private static partial void LogRetry(ILogger logger, string reason);
}
