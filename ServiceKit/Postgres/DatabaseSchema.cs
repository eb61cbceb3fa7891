using System.Data.Common;
using System.Net.Sockets;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ServiceKit.Postgres;

/// <summary>
/// Creates the tables of a service, and retries until it succeeds. If several replicas start at once, an advisory lock serializes them.
/// </summary>
public sealed partial class DatabaseSchema(DbDataSource database, string script, TimeProvider time, ILogger<DatabaseSchema> logger)
    : BackgroundService, IHealthCheck
{
    // One lock per database is enough. The number is arbitrary, but every replica of any version must use the same.
    private const long LockId = 0x73686F70;

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the tables exist.</summary>
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
        await transaction.CommitAsync(CancellationToken.None);
    }

    [LoggerMessage(121, LogLevel.Warning, "Creating the tables failed and will be retried: {Reason}")]
    private static partial void LogRetry(ILogger logger, string reason);
}
