using Npgsql;
using Order.Api.Reconciliation;

namespace Order.Api.Orders;

/// <summary>
/// Empties the shop: orders, users, items; the first products come back. For as long as it works nobody else reads or writes an order of any replica, so no
/// checkout can begin between one service's part and the other's. Cut short in between, it leaves books that do not agree, as the reconciliation will say: run
/// it again. In development only.
/// </summary>
internal sealed class OrderReset(OrdersAtRest orders, IHttpClientFactory clients)
{
    private const int CommandTimeSecondsMax = 30;

    private const string IsOpenSql = "SELECT EXISTS (SELECT FROM sagas)";

    // The transaction is idle while the other services do their parts, for as long as their calls may take, whatever the server's own limit is.
    private const string EmptySql = "SET LOCAL idle_in_transaction_session_timeout = '150s'; TRUNCATE orders, shipments, popular, idempotency_keys";

    private static readonly Uri Reset = new("/internal/reset", UriKind.Relative);

    /// <summary>Empties it. Waits a while for checkouts to end; false: they do not, and nothing was changed.</summary>
    /// <exception cref="HttpRequestException">Another service did not do its part; orders are as they were.</exception>
    public Task<bool> ResetAsync(CancellationToken cancellationToken) => orders.ChangeAsync(IsOpenSql, CommandTimeSecondsMax, async (connection, transaction) =>
    {
        await using var empty = new NpgsqlCommand(EmptySql, connection) { CommandTimeout = CommandTimeSecondsMax };
        await empty.ExecuteNonQueryAsync(cancellationToken);
        // From here on to the end, even if the caller has gone.
        await PostAsync(AuditClient.Stock);
        await PostAsync(AuditClient.Payment);
        await transaction.CommitAsync(CancellationToken.None);
    }, cancellationToken);

    private async Task PostAsync(string client)
    {
        using var response = await clients.CreateClient(client).PostAsync(Reset, null, CancellationToken.None);
        response.EnsureSuccessStatusCode();
    }
}
