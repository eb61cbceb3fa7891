using System.Diagnostics;
using Customer.Api.Customers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Stress;

/// <summary>
/// Nested aggregations over the customers: each level groups, sorts or joins the result of the one below. A level keeps as many documents as it gets, so that
/// it costs as much as any other. Levels are measured one after the other, each with all below it; between them this service computes.
/// </summary>
internal sealed class HeavyComputation(CustomerCollection customers) : IDisposable
{
    private readonly StressGate _gate = new(Environment.ProcessorCount);

    /// <summary>Computes.</summary>
    /// <returns>Null if as many computations are under way as there are cores.</returns>
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
            // The levels that ended are told.
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

    /// <summary>The stages of so many levels; the last one adds up, so that a level's documents are computed and not sent.</summary>
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
        // The limit changes nothing, but without one an order that nobody sees need not be made.
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
