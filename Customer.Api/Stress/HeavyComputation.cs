using System.Diagnostics;
using Customer.Api.Customers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Stress;

/// <summary>
/// Runs nested aggregations over the customers. Each level groups, sorts or joins the result of the one below. A level outputs as many documents as it gets, so
/// that all levels cost the same. Levels are measured one after the other, each including all below it. In between, this service computes hashes.
/// </summary>
internal sealed class HeavyComputation(CustomerCollection customers) : IDisposable
{
    private readonly StressGate _gate = new(Environment.ProcessorCount);

    /// <returns>Null if as many computations are running as there are cores.</returns>
    public Task<HeavyComputationResult?> RunAsync(int depth, Complexity complexity, CancellationToken client) =>
        _gate.RunAsync(cancellationToken => ComputeAsync(depth, complexity, cancellationToken), client);

    private async Task<HeavyComputationResult?> ComputeAsync(int depth, Complexity complexity, CancellationToken cancellationToken)
    {
        var (started, levels, chain) = (Stopwatch.GetTimestamp(), new List<AggregationLevel>(depth), new Computation());
        try
        {
            while (levels.Count < depth && StressLimits.TimeMax - Stopwatch.GetElapsedTime(started) is var left && left > TimeSpan.FromMilliseconds(1))
            {
                var below = levels.Count > 0 ? levels[^1].AggregationMs : 0;
                var began = Stopwatch.GetTimestamp();
                var documents = await AggregateAsync(levels.Count + 1, complexity.Customers, left, cancellationToken);
                var aggregated = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                began = Stopwatch.GetTimestamp();
                chain.Run(complexity.Hashes);
                levels.Add(new(KindOf(levels.Count), documents, aggregated, aggregated - below, Stopwatch.GetElapsedTime(began).TotalMilliseconds));
            }
        }
        catch (Exception e) when (e is MongoExecutionTimeoutException || (e is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            // The result reports the completed levels.
        }

        return new(levels, chain.Hashes, chain.Digest, Stopwatch.GetElapsedTime(started).TotalMilliseconds, levels.Count < depth);
    }

    private async Task<long> AggregateAsync(int depth, int customersMax, TimeSpan timeMax, CancellationToken cancellationToken)
    {
        var options = new AggregateOptions { AllowDiskUse = true, MaxTime = timeMax };
        var stages = Pipeline(depth, customersMax, customers.Documents.CollectionNamespace.CollectionName);
        var pipeline = PipelineDefinition<BsonDocument, BsonDocument>.Create(stages);
        using var cursor = await customers.Documents.AggregateAsync(pipeline, options, cancellationToken);
        return await cursor.FirstOrDefaultAsync(cancellationToken) is { } result ? result["documents"].ToInt64() : 0;
    }

    /// <summary>Returns the stages of the given number of levels. The last stage is a sum, so that the documents are computed but not sent.</summary>
    internal static IEnumerable<BsonDocument> Pipeline(int depth, int customersMax, string collection)
    {
        yield return new("$limit", customersMax);
        yield return new("$project", new BsonDocument("spent", "$" + Fields.TotalSpent));
        foreach (var stage in Enumerable.Range(0, depth).SelectMany(level => Level(level, customersMax, collection))) yield return stage;
        yield return new("$group", new BsonDocument
        {
            { Fields.Id, BsonNull.Value }, { "documents", new BsonDocument("$sum", 1) }, { "spent", new BsonDocument("$sum", "$spent") },
        });
    }

    private static BsonDocument[] Level(int level, int customersMax, string collection) => KindOf(level) switch
    {
        "group" => [new("$group", new BsonDocument { { Fields.Id, "$" + Fields.Id }, { "spent", new BsonDocument("$sum", "$spent") } })],
        // The limit does not change the result, but without it the optimizer could skip the sort.
        "sort" => [new("$sort", new BsonDocument { { "spent", -1 }, { Fields.Id, 1 } }), new("$limit", customersMax)],
        _ =>
        [
            new("$lookup", new BsonDocument { { "from", collection }, { "localField", Fields.Id }, { "foreignField", Fields.Id }, { "as", "same" } }),
            new("$project", new BsonDocument("spent", new BsonDocument("$add", new BsonArray
            {
                "$spent", new BsonDocument("$sum", "$same." + Fields.TotalSpent),
            }))),
        ],
    };

    private static string KindOf(int level) => (level % 3) switch { 0 => "group", 1 => "sort", _ => "join" };

    /// <inheritdoc />
    public void Dispose() => _gate.Dispose();
}
