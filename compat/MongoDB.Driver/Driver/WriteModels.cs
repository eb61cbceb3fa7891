using MongoDB.Bson;

namespace MongoDB.Driver;

/// <summary>What a request of a bulk write is.</summary>
public enum WriteModelType
{
    /// <summary>Inserts.</summary>
    InsertOne,
    /// <summary>Deletes one.</summary>
    DeleteOne,
    /// <summary>Deletes all that match.</summary>
    DeleteMany,
    /// <summary>Replaces one.</summary>
    ReplaceOne,
    /// <summary>Updates one.</summary>
    UpdateOne,
    /// <summary>Updates all that match.</summary>
    UpdateMany,
}

/// <summary>A request of a bulk write.</summary>
public abstract class WriteModel<TDocument>
{
    private protected WriteModel() { }

    /// <summary>What it is.</summary>
    public abstract WriteModelType ModelType { get; }
}

/// <summary>Inserts a document.</summary>
public sealed class InsertOneModel<TDocument>(TDocument document) : WriteModel<TDocument>
{
    /// <inheritdoc/>
    public override WriteModelType ModelType => WriteModelType.InsertOne;

    /// <summary>The document.</summary>
    public TDocument Document { get; } = document;
}

/// <summary>Deletes a document.</summary>
public sealed class DeleteOneModel<TDocument>(FilterDefinition<TDocument> filter) : WriteModel<TDocument>
{
    /// <inheritdoc/>
    public override WriteModelType ModelType => WriteModelType.DeleteOne;

    /// <summary>Which one.</summary>
    public FilterDefinition<TDocument> Filter { get; } = filter ?? throw new ArgumentNullException(nameof(filter));

    /// <summary>Rules for comparing text.</summary>
    public Collation? Collation { get; set; }

    /// <summary>Name or keys of the index to use.</summary>
    public BsonValue? Hint { get; set; }
}

/// <summary>Deletes all documents that match.</summary>
public sealed class DeleteManyModel<TDocument>(FilterDefinition<TDocument> filter) : WriteModel<TDocument>
{
    /// <inheritdoc/>
    public override WriteModelType ModelType => WriteModelType.DeleteMany;

    /// <summary>Which ones.</summary>
    public FilterDefinition<TDocument> Filter { get; } = filter ?? throw new ArgumentNullException(nameof(filter));

    /// <summary>Rules for comparing text.</summary>
    public Collation? Collation { get; set; }

    /// <summary>Name or keys of the index to use.</summary>
    public BsonValue? Hint { get; set; }
}

/// <summary>Replaces a document.</summary>
public sealed class ReplaceOneModel<TDocument>(FilterDefinition<TDocument> filter, TDocument replacement) : WriteModel<TDocument>
{
    /// <inheritdoc/>
    public override WriteModelType ModelType => WriteModelType.ReplaceOne;

    /// <summary>Which one.</summary>
    public FilterDefinition<TDocument> Filter { get; } = filter ?? throw new ArgumentNullException(nameof(filter));

    /// <summary>By this.</summary>
    public TDocument Replacement { get; } = replacement;

    /// <summary>Whether it is inserted where none matches.</summary>
    public bool IsUpsert { get; set; }

    /// <summary>Rules for comparing text.</summary>
    public Collation? Collation { get; set; }

    /// <summary>Name or keys of the index to use.</summary>
    public BsonValue? Hint { get; set; }
}

/// <summary>Updates a document.</summary>
public sealed class UpdateOneModel<TDocument>(FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update) : WriteModel<TDocument>
{
    /// <inheritdoc/>
    public override WriteModelType ModelType => WriteModelType.UpdateOne;

    /// <summary>Which one.</summary>
    public FilterDefinition<TDocument> Filter { get; } = filter ?? throw new ArgumentNullException(nameof(filter));

    /// <summary>How.</summary>
    public UpdateDefinition<TDocument> Update { get; } = update ?? throw new ArgumentNullException(nameof(update));

    /// <summary>Conditions for the elements of arrays.</summary>
    public IEnumerable<ArrayFilterDefinition>? ArrayFilters { get; set; }

    /// <summary>Whether a document is inserted where none matches.</summary>
    public bool IsUpsert { get; set; }

    /// <summary>Rules for comparing text.</summary>
    public Collation? Collation { get; set; }

    /// <summary>Name or keys of the index to use.</summary>
    public BsonValue? Hint { get; set; }
}

/// <summary>Updates all documents that match.</summary>
public sealed class UpdateManyModel<TDocument>(FilterDefinition<TDocument> filter, UpdateDefinition<TDocument> update) : WriteModel<TDocument>
{
    /// <inheritdoc/>
    public override WriteModelType ModelType => WriteModelType.UpdateMany;

    /// <summary>Which ones.</summary>
    public FilterDefinition<TDocument> Filter { get; } = filter ?? throw new ArgumentNullException(nameof(filter));

    /// <summary>How.</summary>
    public UpdateDefinition<TDocument> Update { get; } = update ?? throw new ArgumentNullException(nameof(update));

    /// <summary>Conditions for the elements of arrays.</summary>
    public IEnumerable<ArrayFilterDefinition>? ArrayFilters { get; set; }

    /// <summary>Whether a document is inserted where none matches.</summary>
    public bool IsUpsert { get; set; }

    /// <summary>Rules for comparing text.</summary>
    public Collation? Collation { get; set; }

    /// <summary>Name or keys of the index to use.</summary>
    public BsonValue? Hint { get; set; }
}
