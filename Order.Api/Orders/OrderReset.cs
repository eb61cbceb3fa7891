using Npgsql;
using Order.Api.Reconciliation;

namespace Order.Api.Orders;

/// <summary>
/// Empties the shop: removes orders, users and items, and restores the first products. While it runs, no replica reads or writes orders, so no checkout can
/// begin between the resets of the individual services. If it is interrupted in between, the books do not match, as the reconciliation will report; run it
/// again. Development only.
/// </summary>
internal sealed class OrderReset(OrdersAtRest orders, IHttpClientFactory clients)
{
    private const int CommandTimeSecondsMax = 30;

    private const string IsOpenSql = "SELECT EXISTS (SELECT FROM sagas)";

    // The transaction is idle while the other services reset, so it needs a timeout as long as their calls, whatever the server's own limit is.
    private const string EmptySql = "SET LOCAL idle_in_transaction_session_timeout = '150s'; TRUNCATE orders, shipments, popular, idempotency_keys";

    private static readonly Uri Reset = new("/internal/reset", UriKind.Relative);

    /// <summary>Empties the shop. Waits a limited time for open checkouts to end; returns false, with nothing changed, if they do not.</summary>
    /// <exception cref="HttpRequestException">Another service failed to reset. The orders are unchanged.</exception>
    public Task<bool> ResetAsync(CancellationToken cancellationToken) => orders.ChangeAsync(IsOpenSql, CommandTimeSecondsMax, async (connection, transaction) =>
    {
        await using var empty = new NpgsqlCommand(EmptySql, connection) { CommandTimeout = CommandTimeSecondsMax };
        await empty.ExecuteNonQueryAsync(cancellationToken);
        // From here on, run to completion even if the caller disconnects.
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
