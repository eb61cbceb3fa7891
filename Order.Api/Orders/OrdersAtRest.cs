using Npgsql;
using Order.Api.Checkout.Saga;

namespace Order.Api.Orders;

/// <summary>Changes orders while no replica reads or writes them and no conflicting checkout is open.</summary>
internal sealed class OrdersAtRest(NpgsqlDataSource database, TimeProvider time)
{
    // While the lock is held, no saga can begin or be recorded.
    private const string LockSql = "LOCK TABLE orders IN ACCESS EXCLUSIVE MODE";

    // If an owner has died, recovery takes over its sagas after a lease plus a second.
    private static readonly TimeSpan RestTimeMax = SagaLimits.Lease * 2, RestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits for open checkouts to end, then makes the change. Returns false, with nothing changed, if they do not end in time.</summary>
    /// <param name="isOpenSql">Query for whether a checkout is open that must end first.</param>
    /// <param name="lockTimeSecondsMax">Maximum time to wait for the lock, in seconds.</param>
    /// <param name="changeAsync">Makes and commits the change in the transaction that holds the lock.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task<bool> ChangeAsync(
        string isOpenSql, int lockTimeSecondsMax, Func<NpgsqlConnection, NpgsqlTransaction, Task> changeAsync, CancellationToken cancellationToken)
    {
        var askedAt = time.GetTimestamp();
        while (!await TryAsync(isOpenSql, lockTimeSecondsMax, changeAsync, cancellationToken))
        {
            if (time.GetElapsedTime(askedAt) > RestTimeMax) return false;
            await Task.Delay(RestPause, time, cancellationToken);
        }

        return true;
    }

    private async Task<bool> TryAsync(
        string isOpenSql, int lockTimeSecondsMax, Func<NpgsqlConnection, NpgsqlTransaction, Task> changeAsync, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var lockOrders = new NpgsqlCommand(LockSql, connection) { CommandTimeout = lockTimeSecondsMax };
        await lockOrders.ExecuteNonQueryAsync(cancellationToken);
        await using var isOpen = new NpgsqlCommand(isOpenSql, connection);
        if ((bool)(await isOpen.ExecuteScalarAsync(cancellationToken))!) return false;
        await changeAsync(connection, transaction);
        return true;
    }
}
