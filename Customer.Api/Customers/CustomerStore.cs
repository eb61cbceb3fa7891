using Customer.Api.Configuration;
using MongoDB.Bson;
using MongoDB.Driver;
using ServiceDefaults;
using ServiceKit.Http;

namespace Customer.Api.Customers;

/// <summary>Reads and writes customers. The driver's exceptions are not handled here; they mean that MongoDB is unavailable.</summary>
internal sealed class CustomerStore(CustomerCollection customers, CustomerReads reads, CustomerIndexes indexes)
{
    /// <summary>Time limit of a list query.</summary>
    public static readonly TimeSpan QueryTimeMax = TimeSpan.FromSeconds(5);

    /// <summary>Maximum number of results that a search sorts. With more results, it reads customers in order until the page is full.</summary>
    private const int SortMax = 2_000;

    private const int ReplaceAttemptsMax = 3, InsertAttemptsMax = 10, ConflictPauseMsMax = 50;

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
        for (var attempt = 1; ; attempt++)
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
            catch (MongoException e) when (attempt < InsertAttemptsMax && IsConflict(e))
            {
                await PauseAsync();
            }
        }
    }

    /// <summary>Stores new customers, independently of each other.</summary>
    /// <returns>For each document, the field whose value another customer already has, or null if it was stored.</returns>
    public async Task<string?[]> InsertManyAsync(IReadOnlyList<BsonDocument> documents)
    {
        var duplicates = new string?[documents.Count];
        // All batches insert in the same order, so that concurrent batches with the same email addresses rarely conflict. With the same IDs or users they can.
        int[] left = [.. Enumerable.Range(0, documents.Count).OrderBy(i => documents[i][Fields.Email].AsString, StringComparer.Ordinal)];
        for (var attempt = 1; left.Length > 0; attempt++)
        {
            left = await InsertAsync(documents, left, duplicates, mayConflict: attempt < InsertAttemptsMax);
            if (left.Length > 0) await PauseAsync();
        }

        return duplicates;
    }

    // Returns the documents that were refused because of a conflict with another write. All others are stored, or are duplicates.
    private async Task<int[]> InsertAsync(IReadOnlyList<BsonDocument> documents, int[] order, string?[] duplicates, bool mayConflict)
    {
        try
        {
            await customers.Documents.InsertManyAsync(order.Select(i => documents[i]), new InsertManyOptions { IsOrdered = false });
            return [];
        }
        catch (MongoBulkWriteException<BsonDocument> e) when (e.WriteConcernError is null && e.WriteErrors.All(
            error => error.Category == ServerErrorCategory.DuplicateKey || (mayConflict && error.Code == ClientFailures.WriteConflict)))
        {
            foreach (var error in e.WriteErrors.Where(static error => error.Category == ServerErrorCategory.DuplicateKey))
                duplicates[order[error.Index]] = CustomerIndexes.FieldOf(error.Message);
            return [.. e.WriteErrors.Where(static error => error.Code == ClientFailures.WriteConflict).Select(error => order[error.Index])];
        }
        catch (MongoException e) when (mayConflict && IsConflict(e))
        {
            return order; // the server refused the whole command
        }
    }

    /// <summary>Replaces a customer. Its ID, creation time and idempotency digest are kept.</summary>
    /// <returns>Neither a document nor a duplicate if the customer does not exist.</returns>
    public async Task<WriteOutcome> ReplaceAsync(string id, BsonDocument fields, DateTime now, IfMatch? match)
    {
        for (var attempt = 0; attempt < ReplaceAttemptsMax; attempt++)
        {
            if (await ReadAsync(id, match) is not { } before) return default;
            if (match?.IsMet(EntityTag.Write(before).Tag) == false) return new(null, null, IsStale: true);
            var created = before.GetValue(Fields.CreatedAt, BsonNull.Value);
            var document = NewDocument.Compose(id, fields, created, now, before.GetValue(Fields.Request, BsonNull.Value));
            try
            {
                var result = await customers.Documents.ReplaceOneAsync(Version(before, match), document);
                if (result.MatchedCount > 0) return new(document, null);
            }
            catch (MongoWriteException e) when (e.WriteError?.Category == ServerErrorCategory.DuplicateKey)
            {
                return new(null, CustomerIndexes.FieldOf(e.WriteError.Message));
            }
        }

        return match is null ? default : new(null, null, IsStale: true);
    }

    /// <summary>Deletes a customer.</summary>
    /// <returns>Whether the customer existed, and whether it was kept because the precondition was not met.</returns>
    public async Task<(bool Existed, bool IsStale)> DeleteAsync(string id, IfMatch? match)
    {
        if (match is null) return ((await customers.Documents.DeleteOneAsync(ById(id))).DeletedCount > 0, false);
        for (var attempt = 0; attempt < ReplaceAttemptsMax; attempt++)
        {
            if (await ReadAsync(id, match) is not { } before) return default;
            if (!match.IsMet(EntityTag.Write(before).Tag)) break;
            if ((await customers.Documents.DeleteOneAsync(Version(before, match))).DeletedCount > 0) return (true, false);
        }

        return (true, true);
    }

    private async Task<BsonDocument?> ReadAsync(string id, IfMatch? match)
    {
        var options = new FindOptions<BsonDocument>
        {
            Limit = 1, Projection = match is null ? new BsonDocument { { Fields.CreatedAt, 1 }, { Fields.Request, 1 } } : null,
        };
        using var cursor = await customers.Documents.FindAsync(ById(id), options);
        return await cursor.FirstOrDefaultAsync();
    }

    // The creation time, so that a customer deleted and created again in the meantime is not replaced. With a precondition also the version that was compared.
    private static BsonDocument Version(BsonDocument before, IfMatch? match)
    {
        var version = new BsonDocument { { Fields.Id, before[Fields.Id] }, { Fields.CreatedAt, before.GetValue(Fields.CreatedAt, BsonNull.Value) } };
        if (match is null) return version;
        version.Add(Fields.Revision, before.GetValue(Fields.Revision, BsonNull.Value)); // null, for a missing one
        return version.Add(Fields.UpdatedAt, before.GetValue(Fields.UpdatedAt, BsonNull.Value));
    }

    private static bool IsConflict(MongoException exception) => exception switch
    {
        MongoWriteException write => write.WriteError?.Code == ClientFailures.WriteConflict,
        MongoCommandException command => command.Code == ClientFailures.WriteConflict,
        _ => false,
    };

    private static Task PauseAsync() => Task.Delay(Random.Shared.Next(1, ConflictPauseMsMax));

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
