using Npgsql;
using Order.Api.Checkout;
using Order.Api.Reconciliation;

namespace Order.Api.Orders;

/// <summary>
/// Empties the shop: orders, users, items; the first products come back. For as long as it works nobody else reads or writes an order of any replica, so no
/// checkout can begin between one service's part and the other's. Cut short in between, it leaves books that do not agree, as the reconciliation will say: run
/// it again. In development only.
/// </summary>
internal sealed class OrderReset(NpgsqlDataSource database, IHttpClientFactory clients, TimeProvider time)
{
    private const int CommandTimeSecondsMax = 30;

    // The transaction is idle while the other services do their parts, for as long as their calls may take, whatever the server's own limit is.
    private const string LockSql = "SET LOCAL idle_in_transaction_session_timeout = '150s'; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE";

    private const string IsOpenSql = "SELECT EXISTS (SELECT FROM sagas)";

    private const string EmptySql = "TRUNCATE orders, shipments, popular, idempotency_keys";

    private static readonly Uri Reset = new("/internal/reset", UriKind.Relative);

    // Recovery needs a lease and a second for the sagas of an owner that died.
    private static readonly TimeSpan RestTimeMax = SagaLimits.Lease * 2, RestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Empties it. Waits a while for checkouts to end; false: they do not, and nothing was changed.</summary>
    /// <exception cref="HttpRequestException">Another service did not do its part; orders are as they were.</exception>
    public async Task<bool> ResetAsync(CancellationToken cancellationToken)
    {
        var askedAt = time.GetTimestamp();
        while (!await TryResetAsync(cancellationToken))
        {
            if (time.GetElapsedTime(askedAt) > RestTimeMax) return false;
            await Task.Delay(RestPause, time, cancellationToken);
        }

        return true;
    }

    private async Task<bool> TryResetAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var lockOrders = new NpgsqlCommand(LockSql, connection) { CommandTimeout = CommandTimeSecondsMax };
        await lockOrders.ExecuteNonQueryAsync(cancellationToken);
        await using var isOpen = new NpgsqlCommand(IsOpenSql, connection);
        if ((bool)(await isOpen.ExecuteScalarAsync(cancellationToken))!) return false;
        await using var empty = new NpgsqlCommand(EmptySql, connection) { CommandTimeout = CommandTimeSecondsMax };
        await empty.ExecuteNonQueryAsync(cancellationToken);
        // From here on to the end, even if the caller has gone.
        await PostAsync(AuditClient.Stock);
        await PostAsync(AuditClient.Payment);
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }

    private async Task PostAsync(string client)
    {
        using var response = await clients.CreateClient(client).PostAsync(Reset, null, CancellationToken.None);
        response.EnsureSuccessStatusCode();
    }
}
