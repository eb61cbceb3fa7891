using MongoDB.Bson;

namespace MongoDB.Driver;

/// <summary>Whether an updated or replaced document is returned as it was or as it is.</summary>
public enum ReturnDocument
{
    /// <summary>As it was.</summary>
    Before,
    /// <summary>As it is.</summary>
    After,
}

/// <summary>The rules for comparing text.</summary>
/// <param name="locale">ICU's name, such as <c>en</c>; <c>simple</c> for bytes.</param>
/// <param name="caseLevel">Whether case counts at strengths 1 and 2.</param>
/// <param name="strength">1 (letters) to 5 (identical); the server's default is 3.</param>
public sealed class Collation(string locale, bool? caseLevel = null, CollationStrength? strength = null)
{
    /// <summary>ICU's name.</summary>
    public string Locale { get; } = locale;

    /// <summary>Whether case counts at strengths 1 and 2.</summary>
    public bool? CaseLevel { get; } = caseLevel;

    /// <summary>Level of comparison.</summary>
    public CollationStrength? Strength { get; } = strength;

    /// <summary>As the server takes it.</summary>
    public BsonDocument ToBsonDocument()
    {
        var document = new BsonDocument("locale", Locale);
        if (CaseLevel is { } level) document.Add("caseLevel", level);
        if (Strength is { } strength) document.Add("strength", (int)strength);
        return document;
    }
}

/// <summary>Level of comparison.</summary>
public enum CollationStrength
{
    /// <summary>Letters only.</summary>
    Primary = 1,
    /// <summary>And accents.</summary>
    Secondary = 2,
    /// <summary>And case.</summary>
    Tertiary = 3,
    /// <summary>And punctuation.</summary>
    Quaternary = 4,
    /// <summary>And code points.</summary>
    Identical = 5,
}

/// <summary>Options of <c>find</c>.</summary>
public abstract class FindOptionsBase
{
    private protected FindOptionsBase() { }

    /// <summary>Whether the server may use temporary files.</summary>
    public bool? AllowDiskUse { get; set; }

    /// <summary>Documents a batch; the server's default is 101 for the first, then up to 16 MiB.</summary>
    public int? BatchSize { get; set; }

    /// <summary>Rules for comparing text.</summary>
    public Collation? Collation { get; set; }

    /// <summary>A text for the server's logs.</summary>
    public BsonValue? Comment { get; set; }

    /// <summary>Name or keys of the index to use.</summary>
    public BsonValue? Hint { get; set; }

    /// <summary>Time the server may take; beyond, a <see cref="MongoExecutionTimeoutException"/>.</summary>
    public TimeSpan? MaxTime { get; set; }

    /// <summary>Whether the server keeps an idle cursor for ever.</summary>
    public bool? NoCursorTimeout { get; set; }
}

/// <summary>Options of <c>find</c> for the fluent form.</summary>
public class FindOptions : FindOptionsBase;

/// <summary>Options of <c>find</c>.</summary>
public class FindOptions<TDocument, TProjection> : FindOptionsBase
{
    /// <summary>Documents at most.</summary>
    public int? Limit { get; set; }

    /// <summary>Fields to return.</summary>
    public ProjectionDefinition<TDocument, TProjection>? Projection { get; set; }

    /// <summary>Documents to pass over.</summary>
    public int? Skip { get; set; }

    /// <summary>The order.</summary>
    public SortDefinition<TDocument>? Sort { get; set; }
}

/// <summary>Options of <c>find</c> that returns the documents themselves.</summary>
public class FindOptions<TDocument> : FindOptions<TDocument, TDocument>;

/// <summary>Options of <c>aggregate</c>.</summary>
public class AggregateOptions
{
    /// <summary>Whether the server may use temporary files.</summary>
    public bool? AllowDiskUse { get; set; }

    /// <summary>Documents a batch.</summary>
    public int? BatchSize { get; set; }

    /// <summary>Rules for comparing text.</summary>
    public Collation? Collation { get; set; }

    /// <summary>A text for the server's logs.</summary>
    public BsonValue? Comment { get; set; }

    /// <summary>Name or keys of the index to use.</summary>
    public BsonValue? Hint { get; set; }

    /// <summary>Time the server may take.</summary>
    public TimeSpan? MaxTime { get; set; }

    /// <summary>Variables for the pipeline.</summary>
    public BsonDocument? Let { get; set; }
}

/// <summary>Options of counting.</summary>
public sealed class CountOptions
{
    /// <summary>Rules for comparing text.</summary>
    public Collation? Collation { get; set; }

    /// <summary>Name or keys of the index to use.</summary>
    public BsonValue? Hint { get; set; }

    /// <summary>Documents to count at most.</summary>
    public long? Limit { get; set; }

    /// <summary>Time the server may take.</summary>
    public TimeSpan? MaxTime { get; set; }

    /// <summary>Documents to pass over.</summary>
    public long? Skip { get; set; }
}

/// <summary>Options of <c>count</c> from the collection's statistics.</summary>
public sealed class EstimatedDocumentCountOptions
{
    /// <summary>Time the server may take.</summary>
    public TimeSpan? MaxTime { get; set; }
}

/// <summary>Options of <c>distinct</c>.</summary>
public sealed class DistinctOptions
{
    /// <summary>Rules for comparing text.</summary>
    public Collation? Collation { get; set; }

    /// <summary>Time the server may take.</summary>
    public TimeSpan? MaxTime { get; set; }
}

/// <summary>Options of inserting one document.</summary>
public sealed class InsertOneOptions
{
    /// <summary>Whether the server leaves out its validation.</summary>
    public bool? BypassDocumentValidation { get; set; }

    /// <summary>A text for the server's logs.</summary>
    public BsonValue? Comment { get; set; }
}

/// <summary>Options of inserting many documents.</summary>
public sealed class InsertManyOptions
{
    /// <summary>Whether the server leaves out its validation.</summary>
    public bool? BypassDocumentValidation { get; set; }

    /// <summary>A text for the server's logs.</summary>
    public BsonValue? Comment { get; set; }

    /// <summary>Whether the first error ends it. Default true.</summary>
    public bool IsOrdered { get; set; } = true;
}

/// <summary>Options of a bulk write.</summary>
public sealed class BulkWriteOptions
{
    /// <summary>Whether the server leaves out its validation.</summary>
    public bool? BypassDocumentValidation { get; set; }

    /// <summary>A text for the server's logs.</summary>
    public BsonValue? Comment { get; set; }

    /// <summary>Whether the first error ends it. Default true.</summary>
    public bool IsOrdered { get; set; } = true;
}

/// <summary>Options of an update.</summary>
public class UpdateOptions
{
    /// <summary>Conditions for the elements of arrays.</summary>
    public IEnumerable<ArrayFilterDefinition>? ArrayFilters { get; set; }

    /// <summary>Whether the server leaves out its validation.</summary>
    public bool? BypassDocumentValidation { get; set; }

    /// <summary>Rules for comparing text.</summary>
    public Collation? Collation { get; set; }

    /// <summary>Name or keys of the index to use.</summary>
    public BsonValue? Hint { get; set; }

    /// <summary>Whether a document is inserted where none matches.</summary>
    public bool IsUpsert { get; set; }
}

/// <summary>Options of a replacement.</summary>
public class ReplaceOptions
{
    /// <summary>Whether the server leaves out its validation.</summary>
    public bool? BypassDocumentValidation { get; set; }

    /// <summary>Rules for comparing text.</summary>
    public Collation? Collation { get; set; }

    /// <summary>Name or keys of the index to use.</summary>
    public BsonValue? Hint { get; set; }

    /// <summary>Whether the document is inserted where none matches.</summary>
    public bool IsUpsert { get; set; }
}

/// <summary>Options of a deletion.</summary>
public sealed class DeleteOptions
{
    /// <summary>Rules for comparing text.</summary>
    public Collation? Collation { get; set; }

    /// <summary>Name or keys of the index to use.</summary>
    public BsonValue? Hint { get; set; }
}

/// <summary>What the three forms of <c>findAndModify</c> share.</summary>
public abstract class FindOneAndModifyOptions<TDocument, TProjection>
{
    private protected FindOneAndModifyOptions() { }

    /// <summary>Rules for comparing text.</summary>
    public Collation? Collation { get; set; }

    /// <summary>Name or keys of the index to use.</summary>
    public BsonValue? Hint { get; set; }

    /// <summary>Time the server may take.</summary>
    public TimeSpan? MaxTime { get; set; }

    /// <summary>Fields to return.</summary>
    public ProjectionDefinition<TDocument, TProjection>? Projection { get; set; }

    /// <summary>Which document is taken where several match.</summary>
    public SortDefinition<TDocument>? Sort { get; set; }
}

/// <summary>Options of finding and deleting one document.</summary>
public class FindOneAndDeleteOptions<TDocument, TProjection> : FindOneAndModifyOptions<TDocument, TProjection>;

/// <summary>Options of finding and deleting one document.</summary>
public class FindOneAndDeleteOptions<TDocument> : FindOneAndDeleteOptions<TDocument, TDocument>;

/// <summary>Options of finding and replacing one document.</summary>
public class FindOneAndReplaceOptions<TDocument, TProjection> : FindOneAndModifyOptions<TDocument, TProjection>
{
    /// <summary>Whether the server leaves out its validation.</summary>
    public bool? BypassDocumentValidation { get; set; }

    /// <summary>Whether the document is inserted where none matches.</summary>
    public bool IsUpsert { get; set; }

    /// <summary>Default: as it was.</summary>
    public ReturnDocument ReturnDocument { get; set; }
}

/// <summary>Options of finding and replacing one document.</summary>
public class FindOneAndReplaceOptions<TDocument> : FindOneAndReplaceOptions<TDocument, TDocument>;

/// <summary>Options of finding and updating one document.</summary>
public class FindOneAndUpdateOptions<TDocument, TProjection> : FindOneAndModifyOptions<TDocument, TProjection>
{
    /// <summary>Conditions for the elements of arrays.</summary>
    public IEnumerable<ArrayFilterDefinition>? ArrayFilters { get; set; }

    /// <summary>Whether the server leaves out its validation.</summary>
    public bool? BypassDocumentValidation { get; set; }

    /// <summary>Whether a document is inserted where none matches.</summary>
    public bool IsUpsert { get; set; }

    /// <summary>Default: as it was.</summary>
    public ReturnDocument ReturnDocument { get; set; }
}

/// <summary>Options of finding and updating one document.</summary>
public class FindOneAndUpdateOptions<TDocument> : FindOneAndUpdateOptions<TDocument, TDocument>;

/// <summary>Options of an index.</summary>
public class CreateIndexOptions
{
    /// <summary>Whether the index is built while others write; without effect on servers of today.</summary>
    public bool? Background { get; set; }

    /// <summary>Rules for comparing text.</summary>
    public Collation? Collation { get; set; }

    /// <summary>Age at which documents are deleted.</summary>
    public TimeSpan? ExpireAfter { get; set; }

    /// <summary>Whether queries may not use it.</summary>
    public bool? Hidden { get; set; }

    /// <summary>Default: the fields and directions joined by underscores.</summary>
    public string? Name { get; set; }

    /// <summary>Whether documents without the field stay out.</summary>
    public bool? Sparse { get; set; }

    /// <summary>Whether no two documents may have the same value.</summary>
    public bool? Unique { get; set; }

    /// <summary>Of a text index.</summary>
    public string? DefaultLanguage { get; set; }

    /// <summary>Of a text index: field to its weight.</summary>
    public BsonDocument? Weights { get; set; }
}

/// <summary>Options of an index, with a condition.</summary>
public class CreateIndexOptions<TDocument> : CreateIndexOptions
{
    /// <summary>Which documents are in the index.</summary>
    public FilterDefinition<TDocument>? PartialFilterExpression { get; set; }
}

/// <summary>An index to be made.</summary>
public sealed class CreateIndexModel<TDocument>(IndexKeysDefinition<TDocument> keys, CreateIndexOptions? options = null)
{
    /// <summary>The fields.</summary>
    public IndexKeysDefinition<TDocument> Keys { get; } = keys ?? throw new ArgumentNullException(nameof(keys));

    /// <summary>The options.</summary>
    public CreateIndexOptions? Options { get; } = options;
}

/// <summary>Options of <c>createIndexes</c> with one index.</summary>
public sealed class CreateOneIndexOptions
{
    /// <summary>Time the server may take.</summary>
    public TimeSpan? MaxTime { get; set; }
}

/// <summary>Options of <c>createIndexes</c>.</summary>
public sealed class CreateManyIndexesOptions
{
    /// <summary>Time the server may take.</summary>
    public TimeSpan? MaxTime { get; set; }
}

/// <summary>Options of <c>create</c>.</summary>
public sealed class CreateCollectionOptions
{
    /// <summary>Rules for comparing text.</summary>
    public Collation? Collation { get; set; }
}

/// <summary>Options of <c>listCollections</c> that returns names.</summary>
public sealed class ListCollectionNamesOptions
{
    /// <summary>On the entries of <c>listCollections</c>.</summary>
    public FilterDefinition<BsonDocument>? Filter { get; set; }
}

/// <summary>A collection's own settings; what is null is the database's.</summary>
public sealed class MongoCollectionSettings
{
    /// <summary>Where reads go.</summary>
    public ReadPreference? ReadPreference { get; set; }

    /// <summary>What reads see.</summary>
    public ReadConcern? ReadConcern { get; set; }

    /// <summary>When writes are done.</summary>
    public WriteConcern? WriteConcern { get; set; }
}

/// <summary>A database's own settings; what is null is the client's.</summary>
public sealed class MongoDatabaseSettings
{
    /// <summary>Where reads go.</summary>
    public ReadPreference? ReadPreference { get; set; }

    /// <summary>What reads see.</summary>
    public ReadConcern? ReadConcern { get; set; }

    /// <summary>When writes are done.</summary>
    public WriteConcern? WriteConcern { get; set; }
}
