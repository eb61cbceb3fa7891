using System.Linq.Expressions;
using MongoDB.Bson;

namespace MongoDB.Driver;

/// <summary>Makes orders.</summary>
public sealed class SortDefinitionBuilder<TDocument>
{
    internal SortDefinitionBuilder() { }

    /// <summary>All of them, in this order.</summary>
    public SortDefinition<TDocument> Combine(params SortDefinition<TDocument>[] definitions) => Combine((IEnumerable<SortDefinition<TDocument>>)definitions);

    /// <summary>All of them, in this order.</summary>
    public SortDefinition<TDocument> Combine(IEnumerable<SortDefinition<TDocument>> definitions)
    {
        SortDefinition<TDocument>[] all = [.. definitions];
        return new Rendered<TDocument>.Sort(() =>
        {
            var merged = new BsonDocument();
            foreach (var definition in all) merged.Merge(definition.Render(), overwriteExistingElements: true);
            return merged;
        });
    }

    /// <summary>Small values first.</summary>
    public SortDefinition<TDocument> Ascending(FieldDefinition<TDocument> field)
        => new Rendered<TDocument>.Sort(() => new BsonDocument(field.Render().Name, 1));

    /// <summary>Small values first.</summary>
    public SortDefinition<TDocument> Ascending(Expression<Func<TDocument, object>> field) => Ascending(new ExpressionFieldDefinition<TDocument>(field));

    /// <summary>Large values first.</summary>
    public SortDefinition<TDocument> Descending(FieldDefinition<TDocument> field)
        => new Rendered<TDocument>.Sort(() => new BsonDocument(field.Render().Name, -1));

    /// <summary>Large values first.</summary>
    public SortDefinition<TDocument> Descending(Expression<Func<TDocument, object>> field) => Descending(new ExpressionFieldDefinition<TDocument>(field));

    /// <summary>By the score of <c>$text</c>, best first.</summary>
    public SortDefinition<TDocument> MetaTextScore(string field)
        => new Rendered<TDocument>.Sort(() => new BsonDocument(field, new BsonDocument("$meta", "textScore")));
}

/// <summary>Further fields behind those of a definition.</summary>
public static class SortDefinitionExtensions
{
    /// <summary>Small values first.</summary>
    public static SortDefinition<TDocument> Ascending<TDocument>(this SortDefinition<TDocument> definition, FieldDefinition<TDocument> field)
        => Builders<TDocument>.Sort.Combine(definition, Builders<TDocument>.Sort.Ascending(field));

    /// <summary>Small values first.</summary>
    public static SortDefinition<TDocument> Ascending<TDocument>(this SortDefinition<TDocument> definition, Expression<Func<TDocument, object>> field)
        => Builders<TDocument>.Sort.Combine(definition, Builders<TDocument>.Sort.Ascending(field));

    /// <summary>Large values first.</summary>
    public static SortDefinition<TDocument> Descending<TDocument>(this SortDefinition<TDocument> definition, FieldDefinition<TDocument> field)
        => Builders<TDocument>.Sort.Combine(definition, Builders<TDocument>.Sort.Descending(field));

    /// <summary>Large values first.</summary>
    public static SortDefinition<TDocument> Descending<TDocument>(this SortDefinition<TDocument> definition, Expression<Func<TDocument, object>> field)
        => Builders<TDocument>.Sort.Combine(definition, Builders<TDocument>.Sort.Descending(field));
}

/// <summary>Makes projections.</summary>
public sealed class ProjectionDefinitionBuilder<TSource>
{
    internal ProjectionDefinitionBuilder() { }

    /// <summary>All of them, in this order.</summary>
    public ProjectionDefinition<TSource> Combine(params ProjectionDefinition<TSource>[] definitions)
        => Combine((IEnumerable<ProjectionDefinition<TSource>>)definitions);

    /// <summary>All of them, in this order.</summary>
    public ProjectionDefinition<TSource> Combine(IEnumerable<ProjectionDefinition<TSource>> definitions)
    {
        ProjectionDefinition<TSource>[] all = [.. definitions];
        return new Rendered<TSource>.Projection(() =>
        {
            var merged = new BsonDocument();
            foreach (var definition in all) merged.Merge(definition.Render()!, overwriteExistingElements: true);
            return merged;
        });
    }

    /// <summary>With this field.</summary>
    public ProjectionDefinition<TSource> Include(FieldDefinition<TSource> field)
        => new Rendered<TSource>.Projection(() => new BsonDocument(field.Render().Name, 1));

    /// <summary>With this field.</summary>
    public ProjectionDefinition<TSource> Include(Expression<Func<TSource, object>> field) => Include(new ExpressionFieldDefinition<TSource>(field));

    /// <summary>Without this field.</summary>
    public ProjectionDefinition<TSource> Exclude(FieldDefinition<TSource> field)
        => new Rendered<TSource>.Projection(() => new BsonDocument(field.Render().Name, 0));

    /// <summary>Without this field.</summary>
    public ProjectionDefinition<TSource> Exclude(Expression<Func<TSource, object>> field) => Exclude(new ExpressionFieldDefinition<TSource>(field));

    /// <summary>With the score of <c>$text</c>.</summary>
    public ProjectionDefinition<TSource> MetaTextScore(string field)
        => new Rendered<TSource>.Projection(() => new BsonDocument(field, new BsonDocument("$meta", "textScore")));

    /// <summary>With the first elements of an array, or the last where <paramref name="skip"/> is negative.</summary>
    public ProjectionDefinition<TSource> Slice(FieldDefinition<TSource> field, int skip, int? limit = null)
        => new Rendered<TSource>.Projection(
            () => new BsonDocument(field.Render().Name, new BsonDocument("$slice", limit is { } count ? new BsonArray { skip, count } : skip)));
}

/// <summary>Further fields behind those of a definition.</summary>
public static class ProjectionDefinitionExtensions
{
    /// <summary>With this field.</summary>
    public static ProjectionDefinition<TSource> Include<TSource>(this ProjectionDefinition<TSource> definition, FieldDefinition<TSource> field)
        => Builders<TSource>.Projection.Combine(definition, Builders<TSource>.Projection.Include(field));

    /// <summary>With this field.</summary>
    public static ProjectionDefinition<TSource> Include<TSource>(this ProjectionDefinition<TSource> definition, Expression<Func<TSource, object>> field)
        => Builders<TSource>.Projection.Combine(definition, Builders<TSource>.Projection.Include(field));

    /// <summary>Without this field.</summary>
    public static ProjectionDefinition<TSource> Exclude<TSource>(this ProjectionDefinition<TSource> definition, FieldDefinition<TSource> field)
        => Builders<TSource>.Projection.Combine(definition, Builders<TSource>.Projection.Exclude(field));

    /// <summary>Without this field.</summary>
    public static ProjectionDefinition<TSource> Exclude<TSource>(this ProjectionDefinition<TSource> definition, Expression<Func<TSource, object>> field)
        => Builders<TSource>.Projection.Combine(definition, Builders<TSource>.Projection.Exclude(field));
}

/// <summary>Makes keys of indexes.</summary>
public sealed class IndexKeysDefinitionBuilder<TDocument>
{
    internal IndexKeysDefinitionBuilder() { }

    /// <summary>All of them, in this order.</summary>
    public IndexKeysDefinition<TDocument> Combine(params IndexKeysDefinition<TDocument>[] definitions)
        => Combine((IEnumerable<IndexKeysDefinition<TDocument>>)definitions);

    /// <summary>All of them, in this order.</summary>
    public IndexKeysDefinition<TDocument> Combine(IEnumerable<IndexKeysDefinition<TDocument>> definitions)
    {
        IndexKeysDefinition<TDocument>[] all = [.. definitions];
        return new Rendered<TDocument>.IndexKeys(() =>
        {
            var merged = new BsonDocument();
            foreach (var definition in all) merged.Merge(definition.Render(), overwriteExistingElements: true);
            return merged;
        });
    }

    /// <summary>Small values first.</summary>
    public IndexKeysDefinition<TDocument> Ascending(FieldDefinition<TDocument> field)
        => new Rendered<TDocument>.IndexKeys(() => new BsonDocument(field.Render().Name, 1));

    /// <summary>Small values first.</summary>
    public IndexKeysDefinition<TDocument> Ascending(Expression<Func<TDocument, object>> field) => Ascending(new ExpressionFieldDefinition<TDocument>(field));

    /// <summary>Large values first.</summary>
    public IndexKeysDefinition<TDocument> Descending(FieldDefinition<TDocument> field)
        => new Rendered<TDocument>.IndexKeys(() => new BsonDocument(field.Render().Name, -1));

    /// <summary>Large values first.</summary>
    public IndexKeysDefinition<TDocument> Descending(Expression<Func<TDocument, object>> field) => Descending(new ExpressionFieldDefinition<TDocument>(field));

    /// <summary>Words.</summary>
    public IndexKeysDefinition<TDocument> Text(FieldDefinition<TDocument> field)
        => new Rendered<TDocument>.IndexKeys(() => new BsonDocument(field.Render().Name, "text"));

    /// <summary>Words.</summary>
    public IndexKeysDefinition<TDocument> Text(Expression<Func<TDocument, object>> field) => Text(new ExpressionFieldDefinition<TDocument>(field));

    /// <summary>By hash.</summary>
    public IndexKeysDefinition<TDocument> Hashed(FieldDefinition<TDocument> field)
        => new Rendered<TDocument>.IndexKeys(() => new BsonDocument(field.Render().Name, "hashed"));

    /// <summary>By hash.</summary>
    public IndexKeysDefinition<TDocument> Hashed(Expression<Func<TDocument, object>> field) => Hashed(new ExpressionFieldDefinition<TDocument>(field));

    /// <summary>All fields.</summary>
    public IndexKeysDefinition<TDocument> Wildcard() => new Rendered<TDocument>.IndexKeys(static () => new BsonDocument("$**", 1));
}

/// <summary>Further fields behind those of a definition.</summary>
public static class IndexKeysDefinitionExtensions
{
    /// <summary>Small values first.</summary>
    public static IndexKeysDefinition<TDocument> Ascending<TDocument>(this IndexKeysDefinition<TDocument> definition, FieldDefinition<TDocument> field)
        => Builders<TDocument>.IndexKeys.Combine(definition, Builders<TDocument>.IndexKeys.Ascending(field));

    /// <summary>Small values first.</summary>
    public static IndexKeysDefinition<TDocument> Ascending<TDocument>(this IndexKeysDefinition<TDocument> definition, Expression<Func<TDocument, object>> field)
        => Builders<TDocument>.IndexKeys.Combine(definition, Builders<TDocument>.IndexKeys.Ascending(field));

    /// <summary>Large values first.</summary>
    public static IndexKeysDefinition<TDocument> Descending<TDocument>(this IndexKeysDefinition<TDocument> definition, FieldDefinition<TDocument> field)
        => Builders<TDocument>.IndexKeys.Combine(definition, Builders<TDocument>.IndexKeys.Descending(field));

    /// <summary>Large values first.</summary>
    public static IndexKeysDefinition<TDocument> Descending<TDocument>(this IndexKeysDefinition<TDocument> definition, Expression<Func<TDocument,
        object>> field)
        => Builders<TDocument>.IndexKeys.Combine(definition, Builders<TDocument>.IndexKeys.Descending(field));

    /// <summary>Words.</summary>
    public static IndexKeysDefinition<TDocument> Text<TDocument>(this IndexKeysDefinition<TDocument> definition, FieldDefinition<TDocument> field)
        => Builders<TDocument>.IndexKeys.Combine(definition, Builders<TDocument>.IndexKeys.Text(field));

    /// <summary>Words.</summary>
    public static IndexKeysDefinition<TDocument> Text<TDocument>(this IndexKeysDefinition<TDocument> definition, Expression<Func<TDocument, object>> field)
        => Builders<TDocument>.IndexKeys.Combine(definition, Builders<TDocument>.IndexKeys.Text(field));

    /// <summary>By hash.</summary>
    public static IndexKeysDefinition<TDocument> Hashed<TDocument>(this IndexKeysDefinition<TDocument> definition, FieldDefinition<TDocument> field)
        => Builders<TDocument>.IndexKeys.Combine(definition, Builders<TDocument>.IndexKeys.Hashed(field));

    /// <summary>By hash.</summary>
    public static IndexKeysDefinition<TDocument> Hashed<TDocument>(this IndexKeysDefinition<TDocument> definition, Expression<Func<TDocument, object>> field)
        => Builders<TDocument>.IndexKeys.Combine(definition, Builders<TDocument>.IndexKeys.Hashed(field));
}
