using MongoDB.Bson;
using MongoDB.Driver;
using ServiceDefaults;

namespace Customer.Api.Customers;

/// <summary>Reads and writes customers. Exceptions of the driver pass through: they mean that MongoDB is away.</summary>
internal sealed class CustomerStore(CustomerCollection customers, CustomerReads reads, CustomerIndexes indexes)
{
    /// <summary>A list that takes longer is given up.</summary>
    public static readonly TimeSpan QueryTimeMax = TimeSpan.FromSeconds(5);

    /// <summary>A search that finds fewer sorts what it has found; one that finds more reads customers in order until the page is full.</summary>
    private const int SortMax = 2_000;

    private const int ReplaceAttemptsMax = 3;

    /// <summary>A customer, to be disposed of; null if there is none of that id.</summary>
    /// <exception cref="OverloadException">Too many reads wait.</exception>
    public Task<RawBsonDocument?> FindAsync(string id) => reads.FindAsync(id);

    /// <summary>A page, and one customer more where another page follows.</summary>
    public async Task<List<RawBsonDocument>> PageAsync(CustomerQuery query, CancellationToken cancellationToken)
    {
        var filter = query.Filter();
        var options = new FindOptions<BsonDocument, RawBsonDocument>
        {
            Sort = query.Sort(), Limit = query.Limit + 1, Skip = query.Skip, BatchSize = query.Limit + 1, MaxTime = QueryTimeMax,
        };
        try
        {
            options.Hint = await HintAsync(query, filter, cancellationToken);
            return await ListAsync(filter, options, cancellationToken);
        }
        catch (MongoCommandException e) when (indexes.AreReady && e.Message.Contains("hint", StringComparison.Ordinal))
        {
            // Somebody dropped the index: a bulk load does, until it is done.
            options.Hint = null;
            return await ListAsync(filter, options, cancellationToken);
        }
    }

    private async Task<List<RawBsonDocument>> ListAsync(
        BsonDocument filter, FindOptions<BsonDocument, RawBsonDocument> options, CancellationToken cancellationToken)
    {
        using var cursor = await customers.Documents.FindAsync(filter, options, cancellationToken);
        return await cursor.ToListAsync(cancellationToken);
    }

    /// <summary>Stores a new customer.</summary>
    public async Task<WriteOutcome> InsertAsync(BsonDocument document)
    {
        try
        {
            await customers.Documents.InsertOneAsync(document);
            return new(document, null);
        }
        catch (MongoWriteException e) when (e.WriteError?.Category == ServerErrorCategory.DuplicateKey)
        {
            return new(null, CustomerIndexes.FieldOf(e.WriteError.Message));
        }
    }

    /// <summary>Stores new customers, each by itself.</summary>
    /// <returns>For each document the field whose value another customer has; null where it is stored.</returns>
    public async Task<string?[]> InsertManyAsync(IReadOnlyList<BsonDocument> documents)
    {
        var duplicates = new string?[documents.Count];
        if (documents.Count == 0) return duplicates;
        // In one order for all batches, so that two at once with the same addresses wait for each other in turn, and not each for the other.
        int[] order = [.. Enumerable.Range(0, documents.Count).OrderBy(i => documents[i][Fields.Email].AsString, StringComparer.Ordinal)];
        try
        {
            await customers.Documents.InsertManyAsync(order.Select(i => documents[i]), new InsertManyOptions { IsOrdered = false });
        }
        catch (MongoBulkWriteException<BsonDocument> e) when (
            e.WriteConcernError is null && e.WriteErrors.All(static error => error.Category == ServerErrorCategory.DuplicateKey))
        {
            foreach (var error in e.WriteErrors) duplicates[order[error.Index]] = CustomerIndexes.FieldOf(error.Message);
        }

        return duplicates;
    }

    /// <summary>Replaces a customer by what a request says; its id, its making and its idempotency stay.</summary>
    /// <returns>Neither document nor duplicate if there is no such customer.</returns>
    public async Task<WriteOutcome> ReplaceAsync(string id, BsonDocument fields, DateTime now)
    {
        for (var attempt = 0; attempt < ReplaceAttemptsMax; attempt++)
        {
            using var cursor = await customers.Documents.FindAsync(ById(id), new FindOptions<BsonDocument>
            {
                Limit = 1, Projection = new BsonDocument { { Fields.CreatedAt, 1 }, { Fields.Request, 1 } },
            });
            if (await cursor.FirstOrDefaultAsync() is not { } before) return default;
            var created = before.GetValue(Fields.CreatedAt, BsonNull.Value);
            var document = NewDocument.Compose(id, fields, created, now, before.GetValue(Fields.Request, BsonNull.Value));
            try
            {
                // By its making, too: one that was deleted and made anew meanwhile is another one.
                var result = await customers.Documents.ReplaceOneAsync(new BsonDocument { { Fields.Id, id }, { Fields.CreatedAt, created } }, document);
                if (result.MatchedCount > 0) return new(document, null);
            }
            catch (MongoWriteException e) when (e.WriteError?.Category == ServerErrorCategory.DuplicateKey)
            {
                return new(null, CustomerIndexes.FieldOf(e.WriteError.Message));
            }
        }

        return default;
    }

    /// <summary>Deletes a customer.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> DeleteAsync(string id) => (await customers.Documents.DeleteOneAsync(ById(id))).DeletedCount > 0;

    private static BsonDocument ById(string id) => new(Fields.Id, id);

    // The index is named, because no optimizer knows what a filter and the order by id together are good for: DocumentDB's intersects two indexes and sorts
    // what it finds, which is a thousand times slower on a large collection.
    private async ValueTask<BsonValue?> HintAsync(CustomerQuery query, BsonDocument filter, CancellationToken cancellationToken)
    {
        if (!indexes.AreReady) return null;
        if (query.UserId is not null) return CustomerIndexNames.UserId;
        if (query.EmailPrefix is not null) return CustomerIndexNames.Email;
        if (query.IsSearch && await AreFewAsync(filter, cancellationToken)) return CustomerIndexNames.Words;
        return (query.Status, query.Country) switch
        {
            (null, null) => CustomerIndexNames.Id,
            (_, null) => CustomerIndexNames.Status,
            (null, _) => CustomerIndexNames.Country,
            _ => CustomerIndexNames.CountryStatus,
        };
    }

    private async Task<bool> AreFewAsync(BsonDocument filter, CancellationToken cancellationToken) => await customers.Documents.CountDocumentsAsync(
        filter, new CountOptions { Limit = SortMax, Hint = CustomerIndexNames.Words, MaxTime = QueryTimeMax }, cancellationToken) < SortMax;
}
