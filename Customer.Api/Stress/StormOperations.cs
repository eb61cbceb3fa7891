using System.Collections.Concurrent;
using Customer.Api.Customers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Stress;

/// <summary>The operations of one storm. They read customers, and write only to the stress collection.</summary>
/// <param name="customers">The customers, accessed through the storm's client.</param>
/// <param name="documents">The stress collection, accessed through the same client.</param>
/// <param name="stress">Creates documents.</param>
/// <param name="ids">IDs of some customers; may be empty.</param>
internal sealed class StormOperations(
    IMongoCollection<BsonDocument> customers, IMongoCollection<BsonDocument> documents, StressCollection stress, IReadOnlyList<BsonValue> ids)
{
    /// <summary>Maximum number of IDs that a storm reads.</summary>
    public const int IdsMax = 1_000;

    public const int DocumentBytes = 1024;

    private const int RangeCount = 20, GroupedMax = 100;

    private readonly ConcurrentQueue<BsonValue> _inserted = new();

    public async Task RunAsync(StormKind kind, CancellationToken cancellationToken)
    {
        switch (kind)
        {
            case StormKind.Find:
                await ReadAsync(new(Fields.Id, Id()), 1, cancellationToken);
                break;
            case StormKind.Range:
                await ReadAsync(new(Fields.Id, new BsonDocument("$gte", Id())), RangeCount, cancellationToken);
                break;
            case StormKind.Insert:
                var document = stress.NewDocument(DocumentBytes);
                await documents.InsertOneAsync(document, cancellationToken: cancellationToken);
                _inserted.Enqueue(document[Fields.Id]);
                break;
            case StormKind.Update:
                var change = new BsonDocument("$inc", new BsonDocument(Fields.TotalSpent, 1));
                await documents.UpdateOneAsync(Inserted(_inserted.TryPeek(out var last), last), change, cancellationToken: cancellationToken);
                break;
            case StormKind.Delete:
                await documents.DeleteOneAsync(Inserted(_inserted.TryDequeue(out var first), first), cancellationToken);
                break;
            default:
                await AggregateAsync(cancellationToken);
                break;
        }
    }

    private async Task ReadAsync(BsonDocument filter, int limit, CancellationToken cancellationToken)
    {
        var options = new FindOptions<BsonDocument, RawBsonDocument> { Limit = limit, Sort = limit > 1 ? new BsonDocument(Fields.Id, 1) : null };
        using var cursor = await customers.FindAsync(filter, options, cancellationToken);
        foreach (var customer in await cursor.ToListAsync(cancellationToken)) customer.Dispose();
    }

    private async Task AggregateAsync(CancellationToken cancellationToken)
    {
        var pipeline = PipelineDefinition<BsonDocument, BsonDocument>.Create(
            new BsonDocument("$match", new BsonDocument(Fields.Id, new BsonDocument("$gte", Id()))),
            new BsonDocument("$limit", GroupedMax),
            new BsonDocument("$group", new BsonDocument
            {
                { Fields.Id, "$" + Fields.Country }, { "customers", new BsonDocument("$sum", 1) },
                { "spent", new BsonDocument("$sum", "$" + Fields.TotalSpent) },
            }));
        using var cursor = await customers.AggregateAsync(pipeline, cancellationToken: cancellationToken);
        await cursor.ToListAsync(cancellationToken);
    }

    // If there are no customers, looks up an ID that does not exist, which is an operation too.
    private BsonValue Id() => ids.Count > 0 ? ids[Random.Shared.Next(ids.Count)] : NewDocument.NewId();

    private static BsonDocument Inserted(bool isAny, BsonValue? id) => new(Fields.Id, isAny ? id : ObjectId.GenerateNewId());
}
