using Npgsql;
using Order.Api.Checkout.Saga;

namespace Order.Api.Orders;

/// <summary>Changes orders while nobody else reads or writes one, in any replica, and no checkout is open that would meet the change.</summary>
internal sealed class OrdersAtRest(NpgsqlDataSource database, TimeProvider time)
{
    // With the lock no saga can begin, and none be recorded.
    private const string LockSql = "LOCK TABLE orders IN ACCESS EXCLUSIVE MODE";

    // Recovery needs a lease and a second for the sagas of an owner that died.
    private static readonly TimeSpan RestTimeMax = SagaLimits.Lease * 2, RestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits a while for checkouts to end, and then makes the change; false: they do not, and nothing was changed.</summary>
    /// <param name="isOpenSql">Whether a checkout is open that must end first.</param>
    /// <param name="lockTimeSecondsMax">The longest that the lock is waited for.</param>
    /// <param name="changeAsync">Makes the change, in the transaction that has the lock, and commits it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
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
