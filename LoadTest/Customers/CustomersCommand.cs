using System.Diagnostics;
using MongoDB.Bson;
using MongoDB.Driver;
using Spectre.Console;

namespace LoadTest.Customers;

/// <summary>
/// Fills the collection: finds existing customers, inserts missing ones in blocks of 1,000 ids, and creates the indexes. The ids show how far an earlier run
/// came, so there is no state to keep that could be wrong.
/// </summary>
internal sealed class CustomersCommand(CustomersOptions options, IAnsiConsole output, CancellationToken cancellationToken)
{
    private const int BlockSize = 1_000, SegmentSize = 100_000, SampleSize = 1_000;
    private const int DuplicateKey = 11000;

    private readonly CustomerGenerator _generator = new(options.Seed);

    /// <exception cref="LoadTestException">The load failed.</exception>
    public async Task<bool> RunAsync()
    {
        var connection = ConnectionSource.Find(options.Connection);
        try
        {
            var settings = MongoClientSettings.FromConnectionString(connection);
            settings.MaxConnectionPoolSize = options.Parallel + 2;
            settings.MinConnectionPoolSize = 0;
            settings.SocketTimeout = Timeout.InfiniteTimeSpan; // an index takes minutes
            settings.WriteConcern = WriteConcern.WMajority;
            using var client = new MongoClient(settings);
            var database = options.Database ?? (MongoUrl.Create(connection).DatabaseName is { Length: > 0 } name ? name : "customers_db");
            await LoadAsync(client.GetDatabase(database).GetCollection<RawBsonDocument>(options.Collection));
            return true;
        }
        catch (Exception e) when (e is MongoException or TimeoutException or ArgumentException)
        {
            throw new LoadTestException($"MongoDB: {e.Message}");
        }
    }

    private async Task LoadAsync(IMongoCollection<RawBsonDocument> customers)
    {
        var sample = Enumerable.Range(0, SampleSize).Sum(index => (long)_generator.Make(index).Length) / SampleSize;
        var count = options.Count > 0 ? options.Count : Math.Min((options.SizeBytes + sample - 1) / sample, CustomersOptions.CountMax);
        output.WriteLine(
            $"target     {count:N0} customers of {sample:N0} bytes: {count * sample / 1e9:N2} GB; seed {options.Seed}, {options.Parallel} inserts at once");
        var missing = await FindMissingAsync(customers, count);
        var total = missing.Sum(static block => (long)block.Count);
        var there = await customers.EstimatedDocumentCountAsync(cancellationToken: cancellationToken);
        output.WriteLine($"existing   {count - total:N0} of them; {total:N0} are missing (about {there:N0} customers in the collection)");
        var indexes = new CustomerIndexSet(customers, output, cancellationToken);
        if (total > 0 && (options.DropsIndexes || await IsEmptyAsync(customers))) await indexes.DropAsync();
        if (total > 0) await InsertAsync(customers, missing, total);
        await indexes.MakeAsync();
    }

    private async Task<bool> IsEmptyAsync(IMongoCollection<RawBsonDocument> customers) =>
        await customers.CountDocumentsAsync(new BsonDocument(), new CountOptions { Limit = 1 }, cancellationToken) == 0;

    // A block is a range of ids. Existing customers are first counted by hundreds of blocks, so that a run with nothing to do ends within seconds.
    private async Task<List<Block>> FindMissingAsync(IMongoCollection<RawBsonDocument> customers, long count)
    {
        var missing = new List<Block>();
        var isEmpty = await CountAsync(customers, 0, count, limit: 1) == 0;
        for (var begin = 0L; begin < count; begin += SegmentSize)
        {
            var segment = new Block(begin, (int)Math.Min(SegmentSize, count - begin));
            var found = isEmpty ? 0 : await CountAsync(customers, begin, segment.Count);
            if (found == segment.Count) continue;
            for (var at = begin; at < begin + segment.Count; at += BlockSize)
            {
                var block = new Block(at, (int)Math.Min(BlockSize, begin + segment.Count - at));
                if (found == 0 || await CountAsync(customers, at, block.Count) < block.Count) missing.Add(block);
            }
        }

        return missing;
    }

    private Task<long> CountAsync(IMongoCollection<RawBsonDocument> customers, long begin, long count, long? limit = null)
    {
        var ids = new BsonDocument { { "$gte", _generator.IdOf(begin) }, { "$lte", _generator.IdOf(begin + count - 1) } };
        return customers.CountDocumentsAsync(new BsonDocument("_id", ids), new CountOptions { Limit = limit }, cancellationToken);
    }

    private async Task InsertAsync(IMongoCollection<RawBsonDocument> customers, List<Block> blocks, long total)
    {
        var (clock, next, inserted) = (Stopwatch.StartNew(), -1, 0L);
        await LoadProgress.WatchAsync(output, total, add => Task.WhenAll(
            Enumerable.Range(0, Math.Min(options.Parallel, blocks.Count)).Select(_ => Task.Run(() => WorkAsync(add), cancellationToken))));
        var seconds = clock.Elapsed.TotalSeconds;
        output.WriteLine(
            $"loaded     {total:N0} customers, {inserted / 1e9:N2} GB, in {seconds:N1} s: {total / seconds:N0}/s, {inserted / 1e6 / seconds:N1} MB/s");

        async Task WorkAsync(Action<int> add)
        {
            while (Interlocked.Increment(ref next) is var number && number < blocks.Count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var block = blocks[number];
                var documents = new RawBsonDocument[block.Count];
                var bytes = 0L;
                for (var i = 0; i < documents.Length; i++)
                {
                    var document = _generator.Make(block.Begin + i);
                    documents[i] = new RawBsonDocument(document);
                    bytes += document.Length;
                }

                await InsertAsync(customers, documents);
                Interlocked.Add(ref inserted, bytes);
                add(block.Count);
            }
        }
    }

    // A block that was interrupted in an earlier run has some of its customers.
    private async Task InsertAsync(IMongoCollection<RawBsonDocument> customers, RawBsonDocument[] documents)
    {
        try
        {
            await customers.InsertManyAsync(documents, new InsertManyOptions { IsOrdered = false }, cancellationToken);
        }
        catch (MongoBulkWriteException<RawBsonDocument> e) when (e.WriteConcernError is null && e.WriteErrors.All(static error => error.Code == DuplicateKey))
        {
        }
    }

    private readonly record struct Block(long Begin, int Count);
}
