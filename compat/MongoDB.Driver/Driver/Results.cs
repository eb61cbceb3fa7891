using MongoDB.Bson;

namespace MongoDB.Driver;

/// <summary>What an update did. Unacknowledged (w: 0), all but <see cref="IsAcknowledged"/> is a <see cref="NotSupportedException"/>.</summary>
public abstract class UpdateResult
{
    private protected UpdateResult() { }

    /// <summary>Whether the server has answered.</summary>
    public abstract bool IsAcknowledged { get; }

    /// <summary>Whether the server says how many documents changed.</summary>
    public bool IsModifiedCountAvailable => IsAcknowledged;

    /// <summary>Documents that matched.</summary>
    public abstract long MatchedCount { get; }

    /// <summary>Documents that changed.</summary>
    public abstract long ModifiedCount { get; }

    /// <summary>The id of the document that was inserted, or null.</summary>
    public abstract BsonValue? UpsertedId { get; }

    private protected static NotSupportedException Unknown() => new("Only acknowledged writes support this property.");

    /// <summary>Of a write that the server answered.</summary>
    public sealed class Acknowledged(long matchedCount, long? modifiedCount, BsonValue? upsertedId) : UpdateResult
    {
        /// <inheritdoc/>
        public override bool IsAcknowledged => true;

        /// <inheritdoc/>
        public override long MatchedCount => matchedCount;

        /// <inheritdoc/>
        public override long ModifiedCount => modifiedCount ?? 0;

        /// <inheritdoc/>
        public override BsonValue? UpsertedId => upsertedId;
    }

    /// <summary>Of a write without an answer.</summary>
    public sealed class Unacknowledged : UpdateResult
    {
        private Unacknowledged() { }

        /// <summary>The one.</summary>
        public static Unacknowledged Instance { get; } = new();

        /// <inheritdoc/>
        public override bool IsAcknowledged => false;

        /// <inheritdoc/>
        public override long MatchedCount => throw Unknown();

        /// <inheritdoc/>
        public override long ModifiedCount => throw Unknown();

        /// <inheritdoc/>
        public override BsonValue? UpsertedId => throw Unknown();
    }
}

/// <summary>What a replacement did. Unacknowledged (w: 0), all but <see cref="IsAcknowledged"/> is a <see cref="NotSupportedException"/>.</summary>
public abstract class ReplaceOneResult
{
    private protected ReplaceOneResult() { }

    /// <summary>Whether the server has answered.</summary>
    public abstract bool IsAcknowledged { get; }

    /// <summary>Whether the server says how many documents changed.</summary>
    public bool IsModifiedCountAvailable => IsAcknowledged;

    /// <summary>Documents that matched.</summary>
    public abstract long MatchedCount { get; }

    /// <summary>Documents that changed.</summary>
    public abstract long ModifiedCount { get; }

    /// <summary>The id of the document that was inserted, or null.</summary>
    public abstract BsonValue? UpsertedId { get; }

    private protected static NotSupportedException Unknown() => new("Only acknowledged writes support this property.");

    /// <summary>Of a write that the server answered.</summary>
    public sealed class Acknowledged(long matchedCount, long? modifiedCount, BsonValue? upsertedId) : ReplaceOneResult
    {
        /// <inheritdoc/>
        public override bool IsAcknowledged => true;

        /// <inheritdoc/>
        public override long MatchedCount => matchedCount;

        /// <inheritdoc/>
        public override long ModifiedCount => modifiedCount ?? 0;

        /// <inheritdoc/>
        public override BsonValue? UpsertedId => upsertedId;
    }

    /// <summary>Of a write without an answer.</summary>
    public sealed class Unacknowledged : ReplaceOneResult
    {
        private Unacknowledged() { }

        /// <summary>The one.</summary>
        public static Unacknowledged Instance { get; } = new();

        /// <inheritdoc/>
        public override bool IsAcknowledged => false;

        /// <inheritdoc/>
        public override long MatchedCount => throw Unknown();

        /// <inheritdoc/>
        public override long ModifiedCount => throw Unknown();

        /// <inheritdoc/>
        public override BsonValue? UpsertedId => throw Unknown();
    }
}

/// <summary>What a deletion did. Unacknowledged (w: 0), <see cref="DeletedCount"/> is a <see cref="NotSupportedException"/>.</summary>
public abstract class DeleteResult
{
    private protected DeleteResult() { }

    /// <summary>Whether the server has answered.</summary>
    public abstract bool IsAcknowledged { get; }

    /// <summary>Documents that were deleted.</summary>
    public abstract long DeletedCount { get; }

    /// <summary>Of a write that the server answered.</summary>
    public sealed class Acknowledged(long deletedCount) : DeleteResult
    {
        /// <inheritdoc/>
        public override bool IsAcknowledged => true;

        /// <inheritdoc/>
        public override long DeletedCount => deletedCount;
    }

    /// <summary>Of a write without an answer.</summary>
    public sealed class Unacknowledged : DeleteResult
    {
        private Unacknowledged() { }

        /// <summary>The one.</summary>
        public static Unacknowledged Instance { get; } = new();

        /// <inheritdoc/>
        public override bool IsAcknowledged => false;

        /// <inheritdoc/>
        public override long DeletedCount => throw new NotSupportedException("Only acknowledged writes support this property.");
    }
}

/// <summary>The id of a document that a bulk write inserted because none matched.</summary>
public sealed class BulkWriteUpsert
{
    internal BulkWriteUpsert(int index, BsonValue id) => (Index, Id) = (index, id);

    /// <summary>The request's place.</summary>
    public int Index { get; }

    /// <summary>The id.</summary>
    public BsonValue Id { get; }
}

/// <summary>What a bulk write did. Unacknowledged (w: 0), the counts are zero.</summary>
public class BulkWriteResult
{
    private protected BulkWriteResult(BulkCounts counts, int requestCount, bool isAcknowledged)
    {
        (RequestCount, IsAcknowledged) = (requestCount, isAcknowledged);
        (InsertedCount, MatchedCount, ModifiedCount, DeletedCount) = (counts.Inserted, counts.Matched, counts.Modified, counts.Deleted);
        Upserts = counts.Upserts;
    }

    /// <summary>Whether the server has answered.</summary>
    public bool IsAcknowledged { get; }

    /// <summary>How many requests there were.</summary>
    public int RequestCount { get; }

    /// <summary>Documents inserted.</summary>
    public long InsertedCount { get; }

    /// <summary>Documents that matched.</summary>
    public long MatchedCount { get; }

    /// <summary>Documents that changed.</summary>
    public long ModifiedCount { get; }

    /// <summary>Documents deleted.</summary>
    public long DeletedCount { get; }

    /// <summary>Documents inserted because none matched.</summary>
    public IReadOnlyList<BulkWriteUpsert> Upserts { get; }
}

/// <summary>What a bulk write did, with what was not tried.</summary>
public sealed class BulkWriteResult<TDocument> : BulkWriteResult
{
    internal BulkWriteResult(BulkCounts counts, IReadOnlyList<WriteModel<TDocument>> processed, int requestCount, bool isAcknowledged)
        : base(counts, requestCount, isAcknowledged) => ProcessedRequests = processed;

    /// <summary>The requests that were sent.</summary>
    public IReadOnlyList<WriteModel<TDocument>> ProcessedRequests { get; }
}

/// <summary>The running sums of a bulk write.</summary>
internal sealed class BulkCounts
{
    public long Inserted { get; set; }

    public long Matched { get; set; }

    public long Modified { get; set; }

    public long Deleted { get; set; }

    public List<BulkWriteUpsert> Upserts { get; } = [];
}
