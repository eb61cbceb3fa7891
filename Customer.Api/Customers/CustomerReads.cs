using System.Diagnostics;
using System.Diagnostics.Metrics;
using MongoDB.Bson;
using MongoDB.Driver;
using ServiceDefaults;
using ServiceKit.Batching;

namespace Customer.Api.Customers;

/// <summary>
/// Reads single customers. While two finds are running, further reads are collected and share the next find. This also shares the driver's cost per operation,
/// which exceeds the cost per document. With fewer finds running, a read is sent at once. A find is sent after all of its reads have begun, so a read sees
/// every write that was acknowledged before it.
/// </summary>
internal sealed class CustomerReads
{
    /// <summary>
    /// Maximum number of customers per find. Each may have up to 16 MB. The driver then gets several replies, and each read completes with its own.
    /// </summary>
    public const int BatchMax = 64;

    /// <summary>Number of concurrent finds.</summary>
    public const int Lanes = 2;

    private readonly Batcher<Read> _queue;
    private readonly Func<IReadOnlyCollection<string>, Action<RawBsonDocument>, Task> _find;

    /// <summary>Creates an instance that reads from a collection.</summary>
    public CustomerReads(CustomerCollection customers, IMeterFactory meters) : this(meters, (ids, found) => FindAsync(customers.Documents, ids, found)) { }

    /// <summary>Creates an instance that reads with a function, which passes on each document with one of the IDs as it arrives.</summary>
    internal CustomerReads(IMeterFactory meters, Func<IReadOnlyCollection<string>, Action<RawBsonDocument>, Task> find) =>
        (_find, _queue) = (find, new(new("customers.find", BatchMax: BatchMax, Lanes: Lanes), meters, LaneAsync));

    /// <summary>Returns a customer, or null if not found. The caller disposes of it.</summary>
    /// <exception cref="OverloadException">Too many reads are waiting.</exception>
    public Task<RawBsonDocument?> FindAsync(string id)
    {
        var read = new Read(id, Activity.Current is { Recorded: true } activity ? activity.Context : default);
        _queue.Add(read);
        return read.Task;
    }

    private async Task LaneAsync(Batcher<Read> queue)
    {
        for (var batch = queue.Take(); batch.Count > 0; batch = queue.Take())
        {
            using var activity = BatchTrace.Start("find customers", batch.Select(static read => read.Trace));
            try
            {
                await FindAsync(batch);
            }
            catch (Exception e)
            {
                Fail(batch, e);
                // The queued reads have already waited as long as this find. Fail them too, rather than let them wait for an unavailable MongoDB twice.
                while (queue.Take() is { Count: > 0 } waiting) Fail(waiting, e);
            }
        }
    }

    private async Task FindAsync(IReadOnlyList<Read> batch)
    {
        var byId = new Dictionary<string, Read>(batch.Count, StringComparer.Ordinal);
        foreach (var read in batch)
        {
            if (!byId.TryAdd(read.Id, read)) (read.Next, byId[read.Id].Next) = (byId[read.Id].Next, read);
        }

        await _find(byId.Keys, document =>
        {
            if (!byId.Remove(document[Fields.Id].AsString, out var read)) return;
            for (var next = read.Next; next is not null; next = next.Next) next.SetResult((RawBsonDocument)document.Clone());
            read.SetResult(document);
        });
        foreach (var first in byId.Values)
        {
            for (var read = first; read is not null; read = read.Next) read.SetResult(null);
        }
    }

    private static void Fail(IReadOnlyList<Read> batch, Exception e)
    {
        foreach (var read in batch) read.TrySetException(e);
    }

    private static async Task FindAsync(IMongoCollection<BsonDocument> customers, IReadOnlyCollection<string> ids, Action<RawBsonDocument> found)
    {
        // A single ID is sent without $in, because DocumentDb.Gateway has a fast path for it.
        var filter = new BsonDocument(Fields.Id, ids.Count == 1 ? ids.First() : new BsonDocument("$in", new BsonArray(ids)));
        var options = new FindOptions<BsonDocument, RawBsonDocument> { Limit = ids.Count };
        // Without the request's cancellation token: canceling would close the connection, which costs more than the response.
        using var cursor = await customers.FindAsync(filter, options);
        while (await cursor.MoveNextAsync())
        {
            foreach (var customer in cursor.Current) found(customer);
        }
    }

    private sealed class Read(string id, ActivityContext trace) : TaskCompletionSource<RawBsonDocument?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public string Id => id;

        public ActivityContext Trace => trace;

        /// <summary>The next read of the same ID in the same batch.</summary>
        public Read? Next { get; set; }
    }
}
