using System.Data.Common;

namespace ServiceKit.Postgres;

/// <summary>Retries a database transaction that Postgres rolled back because of a concurrent one.</summary>
public static class TransactionRetry
{
    /// <summary>Maximum number of attempts. The last one's exception goes to the caller.</summary>
    public const int AttemptsMax = 5;

    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Retries the transaction after a serialization failure (40001), a deadlock (40P01), or a lost race for a unique key (23505). In all three cases it had no
    /// effect.
    /// </summary>
    /// <param name="transaction">Opens, runs and commits a transaction.</param>
    public static async Task<T> RunAsync<T>(Func<Task<T>> transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await transaction();
            }
            catch (DbException e) when (e.SqlState is "40001" or "40P01" or "23505" && attempt < AttemptsMax)
            {
                await Task.Delay(PauseMax * attempt * Random.Shared.NextDouble());
            }
        }
    }
}
