using System.Diagnostics;
using System.Diagnostics.Metrics;
using MongoDB.Bson;
using MongoDB.Driver;
using ServiceDefaults;
using ServiceKit.Batching;

namespace Customer.Api.Customers;

/// <summary>
/// Reads of single customers. While two finds are under way the next reads gather and go together in the next find: the driver's work for an operation, which
/// is more than a document's, is then shared. A read that finds fewer under way goes at once. A find is sent after all of its reads began, so a read sees
/// every write that was acknowledged before.
/// </summary>
internal sealed class CustomerReads
{
    /// <summary>Customers of one find. They may have 16 MB each; the driver then gets them in several replies, and each read ends with its own.</summary>
    public const int BatchMax = 64;

    /// <summary>Finds under way at the same time.</summary>
    public const int Lanes = 2;

    private readonly Batcher<Read> _queue;
    private readonly Func<IReadOnlyCollection<string>, Action<RawBsonDocument>, Task> _find;

    /// <summary>Reads from a collection.</summary>
    public CustomerReads(CustomerCollection customers, IMeterFactory meters) : this(meters, (ids, found) => FindAsync(customers.Documents, ids, found)) { }

    /// <summary>Reads by a function, which hands over each document of these ids as it comes.</summary>
    internal CustomerReads(IMeterFactory meters, Func<IReadOnlyCollection<string>, Action<RawBsonDocument>, Task> find) =>
        (_find, _queue) = (find, new(new("customers.find", BatchMax: BatchMax, Lanes: Lanes), meters, LaneAsync));

    /// <summary>A customer, to be disposed of; null if there is none of that id.</summary>
    /// <exception cref="OverloadException">Too many reads wait.</exception>
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
                // Those that wait have waited as long as the find: they would wait for a dead MongoDB twice.
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
        // One id by itself, because DocumentDb.Gateway has a shorter way for that.
        var filter = new BsonDocument(Fields.Id, ids.Count == 1 ? ids.First() : new BsonDocument("$in", new BsonArray(ids)));
        var options = new FindOptions<BsonDocument, RawBsonDocument> { Limit = ids.Count };
        // Without a request's token: giving up would close the connection, which costs more than the answer.
        using var cursor = await customers.FindAsync(filter, options);
        while (await cursor.MoveNextAsync())
        {
            foreach (var customer in cursor.Current) found(customer);
        }
    }

    /// <summary>A read that waits.</summary>
    private sealed class Read(string id, ActivityContext trace) : TaskCompletionSource<RawBsonDocument?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public string Id => id;

        public ActivityContext Trace => trace;

        /// <summary>Another read of the same id in the same batch.</summary>
        public Read? Next { get; set; }
    }
}
