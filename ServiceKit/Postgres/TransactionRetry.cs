using System.Data.Common;

namespace ServiceKit.Postgres;

/// <summary>Runs a database transaction again when Postgres rolled it back for the sake of another one.</summary>
public static class TransactionRetry
{
    /// <summary>Attempts in all; the last one's exception is the caller's.</summary>
    public const int AttemptsMax = 5;

    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Runs the transaction again after a serialization failure (40001), a deadlock (40P01), or the loss of a race for a unique key (23505): in all three
    /// nothing of it was done.
    /// </summary>
    /// <param name="transaction">Opens, runs and commits one transaction.</param>
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
