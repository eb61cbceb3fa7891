using System.Diagnostics;
using Customer.Api.Customers;
using MongoDB.Driver;

namespace Customer.Api.Stress;

/// <summary>Inserts random documents in parts, so that only a part of a batch is in memory and a batch can end early.</summary>
internal sealed class BatchInsert(CustomerCollection customers, StressCollection stress, TimeProvider time) : IDisposable
{
    private const int PartBytes = 2 * 1024 * 1024;

    private readonly StressGate _gate = new(StressLimits.BatchesMax);

    private readonly InsertBudget _budget = new(StressLimits.InsertedBytesMax, StressCollection.Lifetime, time);

    /// <summary>Inserts a number of documents of the given size.</summary>
    /// <returns>Null, with nothing inserted, if the limit of concurrent batches or of inserted bytes is reached.</returns>
    public Task<BatchInsertResult?> RunAsync(int count, int sizeBytes, CancellationToken client) =>
        _gate.RunAsync(cancellationToken => InsertAsync(count, sizeBytes, cancellationToken), client);

    private async Task<BatchInsertResult?> InsertAsync(int count, int sizeBytes, CancellationToken cancellationToken)
    {
        if (!_budget.TryTake((long)count * sizeBytes)) return null;
        var (started, inserted) = (Stopwatch.GetTimestamp(), 0);
        try
        {
            var documents = await stress.OpenAsync(customers.Database, cancellationToken);
            while (inserted < count)
            {
                var part = Math.Min(count - inserted, Math.Max(PartBytes / sizeBytes, 1));
                await documents.InsertManyAsync(
                    Enumerable.Range(0, part).Select(_ => stress.NewDocument(sizeBytes)), new InsertManyOptions { IsOrdered = false }, cancellationToken);
                inserted += part;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The result reports the acknowledged documents. Some documents of the last part may have been inserted too.
        }

        return new(inserted, (long)inserted * sizeBytes, Stopwatch.GetElapsedTime(started).TotalSeconds, inserted < count);
    }

    /// <inheritdoc />
    public void Dispose() => _gate.Dispose();
}
