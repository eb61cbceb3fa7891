using MongoDB.Bson;
using MongoDB.Driver;
using ServiceDefaults;

namespace Customer.Api.Customers;

/// <summary>Reads and writes customers. The driver's exceptions are not handled here; they mean that MongoDB is unavailable.</summary>
internal sealed class CustomerStore(CustomerCollection customers, CustomerReads reads, CustomerIndexes indexes)
{
    /// <summary>Time limit of a list query.</summary>
    public static readonly TimeSpan QueryTimeMax = TimeSpan.FromSeconds(5);

    /// <summary>Maximum number of results that a search sorts. With more results, it reads customers in order until the page is full.</summary>
    private const int SortMax = 2_000;

    private const int ReplaceAttemptsMax = 3;

    /// <summary>Returns a customer, or null if not found. The caller disposes of it.</summary>
    /// <exception cref="OverloadException">Too many reads are waiting.</exception>
    public Task<RawBsonDocument?> FindAsync(string id) => reads.FindAsync(id);

    /// <summary>Returns a page, plus one more customer if another page follows.</summary>
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
            // Someone dropped the index, as a bulk load does until it is done.
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

    /// <summary>Stores new customers, independently of each other.</summary>
    /// <returns>For each document, the field whose value another customer already has, or null if it was stored.</returns>
    public async Task<string?[]> InsertManyAsync(IReadOnlyList<BsonDocument> documents)
    {
        var duplicates = new string?[documents.Count];
        if (documents.Count == 0) return duplicates;
        // All batches insert in the same order, so that two concurrent batches with the same email addresses cannot deadlock.
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

    /// <summary>Replaces a customer. Its ID, creation time and idempotency digest are kept.</summary>
    /// <returns>Neither a document nor a duplicate if the customer does not exist.</returns>
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
                // Also matches the creation time, so that a customer deleted and created again in the meantime is not replaced.
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

    /// <returns>Whether the customer existed.</returns>
    public async Task<bool> DeleteAsync(string id) => (await customers.Documents.DeleteOneAsync(ById(id))).DeletedCount > 0;

    private static BsonDocument ById(string id) => new(Fields.Id, id);

    // The index is specified, because optimizers do not recognize the benefit of a filter combined with the ID order. DocumentDB's intersects two indexes and
    // sorts the result, which is a thousand times slower on a large collection.
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
