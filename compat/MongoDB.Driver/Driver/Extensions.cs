using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using MongoDB.Bson;

namespace MongoDB.Driver;

/// <summary>Reading cursors.</summary>
public static class IAsyncCursorExtensions
{
    /// <summary>The first document.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static async Task<TDocument> FirstAsync<TDocument>(this IAsyncCursor<TDocument> cursor, CancellationToken cancellationToken = default)
    {
        var (found, document) = await TryFirstAsync(cursor, cancellationToken).ConfigureAwait(false);
        return found ? document! : throw new InvalidOperationException("Sequence contains no elements");
    }

    /// <summary>The first document, or the default.</summary>
    public static async Task<TDocument> FirstOrDefaultAsync<TDocument>(this IAsyncCursor<TDocument> cursor, CancellationToken cancellationToken = default)
        => (await TryFirstAsync(cursor, cancellationToken).ConfigureAwait(false)).Document!;

    /// <summary>Whether there is a document.</summary>
    public static async Task<bool> AnyAsync<TDocument>(this IAsyncCursor<TDocument> cursor, CancellationToken cancellationToken = default)
        => (await TryFirstAsync(cursor, cancellationToken).ConfigureAwait(false)).Found;

    /// <summary>All documents.</summary>
    public static async Task<List<TDocument>> ToListAsync<TDocument>(this IAsyncCursor<TDocument> source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        using (source)
        {
            var list = new List<TDocument>();
            while (await source.MoveNextAsync(cancellationToken).ConfigureAwait(false)) list.AddRange(source.Current);
            return list;
        }
    }

    /// <summary>Calls for each document.</summary>
    public static Task ForEachAsync<TDocument>(this IAsyncCursor<TDocument> source, Action<TDocument> processor, CancellationToken cancellationToken = default)
        => source.ForEachAsync(
            document =>
            {
                processor(document);
                return Task.CompletedTask;
            },
            cancellationToken);

    /// <summary>Calls for each document, one after the other.</summary>
    public static async Task ForEachAsync<TDocument>(this IAsyncCursor<TDocument> source, Func<TDocument, Task> processor,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        using (source)
        {
            while (await source.MoveNextAsync(cancellationToken).ConfigureAwait(false))
            {
                foreach (var document in source.Current) await processor(document).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The documents as they come; once only.</summary>
    public static async IAsyncEnumerable<TDocument> ToAsyncEnumerable<TDocument>(
        this IAsyncCursor<TDocument> cursor, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cursor);
        using (cursor)
        {
            while (await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false))
            {
                foreach (var document in cursor.Current) yield return document;
            }
        }
    }

    private static async Task<(bool Found, TDocument? Document)> TryFirstAsync<TDocument>(IAsyncCursor<TDocument> cursor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cursor);
        using (cursor)
        {
            while (await cursor.MoveNextAsync(cancellationToken).ConfigureAwait(false))
            {
                foreach (var document in cursor.Current) return (true, document);
            }

            return (false, default);
        }
    }
}

/// <summary>Sending a query and reading its cursor.</summary>
public static class IAsyncCursorSourceExtensions
{
    /// <summary>The first document.</summary>
    public static async Task<TDocument> FirstAsync<TDocument>(this IAsyncCursorSource<TDocument> source, CancellationToken cancellationToken = default)
        => await (await source.ToCursorAsync(cancellationToken).ConfigureAwait(false)).FirstAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>The first document, or the default.</summary>
    public static async Task<TDocument> FirstOrDefaultAsync<TDocument>(this IAsyncCursorSource<TDocument> source, CancellationToken cancellationToken = default)
        => await (await source.ToCursorAsync(cancellationToken).ConfigureAwait(false)).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Whether there is a document.</summary>
    public static async Task<bool> AnyAsync<TDocument>(this IAsyncCursorSource<TDocument> source, CancellationToken cancellationToken = default)
        => await (await source.ToCursorAsync(cancellationToken).ConfigureAwait(false)).AnyAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>All documents.</summary>
    public static async Task<List<TDocument>> ToListAsync<TDocument>(this IAsyncCursorSource<TDocument> source, CancellationToken cancellationToken = default)
        => await (await source.ToCursorAsync(cancellationToken).ConfigureAwait(false)).ToListAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Calls for each document.</summary>
    public static async Task ForEachAsync<TDocument>(this IAsyncCursorSource<TDocument> source, Action<TDocument> processor,
        CancellationToken cancellationToken = default)
        => await (await source.ToCursorAsync(cancellationToken).ConfigureAwait(false)).ForEachAsync(processor, cancellationToken).ConfigureAwait(false);

    /// <summary>Calls for each document, one after the other.</summary>
    public static async Task ForEachAsync<TDocument>(this IAsyncCursorSource<TDocument> source, Func<TDocument, Task> processor,
        CancellationToken cancellationToken = default)
        => await (await source.ToCursorAsync(cancellationToken).ConfigureAwait(false)).ForEachAsync(processor, cancellationToken).ConfigureAwait(false);

    /// <summary>The documents as they come; each enumeration sends the query.</summary>
    public static async IAsyncEnumerable<TDocument> ToAsyncEnumerable<TDocument>(
        this IAsyncCursorSource<TDocument> source, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var cursor = await source.ToCursorAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var document in cursor.ToAsyncEnumerable(cancellationToken).ConfigureAwait(false)) yield return document;
    }
}

/// <summary>Shorthands of <c>find</c>.</summary>
public static class IFindFluentExtensions
{
    /// <summary>The first document; asks for one only.</summary>
    public static Task<TProjection> FirstAsync<TDocument,
        TProjection>(this IFindFluent<TDocument, TProjection> find, CancellationToken cancellationToken = default)
        => IAsyncCursorSourceExtensions.FirstAsync(find.Limit(1), cancellationToken);

    /// <summary>The first document, or the default; asks for one only.</summary>
    public static Task<TProjection> FirstOrDefaultAsync<TDocument, TProjection>(
        this IFindFluent<TDocument, TProjection> find, CancellationToken cancellationToken = default)
        => IAsyncCursorSourceExtensions.FirstOrDefaultAsync(find.Limit(1), cancellationToken);

    /// <summary>Whether there is a document; asks for one only.</summary>
    public static Task<bool> AnyAsync<TDocument, TProjection>(this IFindFluent<TDocument, TProjection> find, CancellationToken cancellationToken = default)
        => IAsyncCursorSourceExtensions.AnyAsync(find.Limit(1), cancellationToken);

    /// <summary>Only these fields, as documents.</summary>
    public static IFindFluent<TDocument, BsonDocument> Project<TDocument, TProjection>(
        this IFindFluent<TDocument, TProjection> find, ProjectionDefinition<TDocument, BsonDocument> projection)
        => find.Project(projection);

    /// <summary>Small values first.</summary>
    public static IFindFluent<TDocument, TProjection> SortBy<TDocument, TProjection>(
        this IFindFluent<TDocument, TProjection> find, Expression<Func<TDocument, object>> field)
        => find.Sort(Builders<TDocument>.Sort.Ascending(field));

    /// <summary>Large values first.</summary>
    public static IFindFluent<TDocument, TProjection> SortByDescending<TDocument, TProjection>(
        this IFindFluent<TDocument, TProjection> find, Expression<Func<TDocument, object>> field)
        => find.Sort(Builders<TDocument>.Sort.Descending(field));
}

/// <summary>Shorthands of collections.</summary>
public static class IMongoCollectionExtensions
{
    /// <summary>Starts a <c>find</c>.</summary>
    public static IFindFluent<TDocument, TDocument> Find<TDocument>(
        this IMongoCollection<TDocument> collection, FilterDefinition<TDocument> filter, FindOptions? options = null)
        => new FindFluent<TDocument, TDocument>(collection, filter, FindFluent.OptionsFrom<TDocument>(options));

    /// <summary>Starts a <c>find</c>.</summary>
    public static IFindFluent<TDocument, TDocument> Find<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, FindOptions? options = null)
        => collection.Find((FilterDefinition<TDocument>)filter, options);

    /// <summary>Finds documents.</summary>
    public static Task<IAsyncCursor<TDocument>> FindAsync<TDocument>(
        this IMongoCollection<TDocument> collection,
        FilterDefinition<TDocument> filter,
        FindOptions<TDocument, TDocument>? options = null,
        CancellationToken cancellationToken = default)
        => collection.FindAsync<TDocument>(filter, options, cancellationToken);

    /// <summary>Finds documents.</summary>
    public static Task<IAsyncCursor<TDocument>> FindAsync<TDocument>(
        this IMongoCollection<TDocument> collection,
        Expression<Func<TDocument, bool>> filter,
        FindOptions<TDocument, TDocument>? options = null,
        CancellationToken cancellationToken = default)
        => collection.FindAsync<TDocument>(filter, options, cancellationToken);

    /// <summary>Counts the documents that match.</summary>
    public static Task<long> CountDocumentsAsync<TDocument>(
        this IMongoCollection<TDocument> collection,
        Expression<Func<TDocument, bool>> filter,
        CountOptions? options = null,
        CancellationToken cancellationToken = default)
        => collection.CountDocumentsAsync(filter, options, cancellationToken);

    /// <summary>Deletes one that matches.</summary>
    public static Task<DeleteResult> DeleteOneAsync<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, CancellationToken cancellationToken = default)
        => collection.DeleteOneAsync(filter, cancellationToken);

    /// <summary>Deletes all that match.</summary>
    public static Task<DeleteResult> DeleteManyAsync<TDocument>(
        this IMongoCollection<TDocument> collection, Expression<Func<TDocument, bool>> filter, CancellationToken cancellationToken = default)
        => collection.DeleteManyAsync(filter, cancellationToken);

    /// <summary>The different values of a field.</summary>
    public static Task<IAsyncCursor<TField>> DistinctAsync<TDocument, TField>(
        this IMongoCollection<TDocument> collection,
        Expression<Func<TDocument, TField>> field,
        FilterDefinition<TDocument> filter,
        DistinctOptions? options = null,
        CancellationToken cancellationToken = default)
        => collection.DistinctAsync(new ExpressionFieldDefinition<TDocument, TField>(field), filter, options, cancellationToken);

    /// <summary>Deletes one document and returns it, or null.</summary>
    public static Task<TDocument> FindOneAndDeleteAsync<TDocument>(
        this IMongoCollection<TDocument> collection,
        FilterDefinition<TDocument> filter,
        FindOneAndDeleteOptions<TDocument, TDocument>? options = null,
        CancellationToken cancellationToken = default)
        => collection.FindOneAndDeleteAsync<TDocument>(filter, options, cancellationToken);

    /// <summary>Deletes one document and returns it, or null.</summary>
    public static Task<TDocument> FindOneAndDeleteAsync<TDocument>(
        this IMongoCollection<TDocument> collection,
        Expression<Func<TDocument, bool>> filter,
        FindOneAndDeleteOptions<TDocument, TDocument>? options = null,
        CancellationToken cancellationToken = default)
        => collection.FindOneAndDeleteAsync<TDocument>(filter, options, cancellationToken);

    /// <summary>Replaces one document and returns it, or null.</summary>
    public static Task<TDocument> FindOneAndReplaceAsync<TDocument>(
        this IMongoCollection<TDocument> collection,
        FilterDefinition<TDocument> filter,
        TDocument replacement,
        FindOneAndReplaceOptions<TDocument, TDocument>? options = null,
        CancellationToken cancellationToken = default)
        => collection.FindOneAndReplaceAsync<TDocument>(filter, replacement, options, cancellationToken);

    /// <summary>Replaces one document and returns it, or null.</summary>
    public static Task<TDocument> FindOneAndReplaceAsync<TDocument>(
        this IMongoCollection<TDocument> collection,
        Expression<Func<TDocument, bool>> filter,
        TDocument replacement,
        FindOneAndReplaceOptions<TDocument, TDocument>? options = null,
        CancellationToken cancellationToken = default)
        => collection.FindOneAndReplaceAsync<TDocument>(filter, replacement, options, cancellationToken);

    /// <summary>Updates one document and returns it, or null.</summary>
    public static Task<TDocument> FindOneAndUpdateAsync<TDocument>(
        this IMongoCollection<TDocument> collection,
        FilterDefinition<TDocument> filter,
        UpdateDefinition<TDocument> update,
        FindOneAndUpdateOptions<TDocument, TDocument>? options = null,
        CancellationToken cancellationToken = default)
        => collection.FindOneAndUpdateAsync<TDocument>(filter, update, options, cancellationToken);

    /// <summary>Updates one document and returns it, or null.</summary>
    public static Task<TDocument> FindOneAndUpdateAsync<TDocument>(
        this IMongoCollection<TDocument> collection,
        Expression<Func<TDocument, bool>> filter,
        UpdateDefinition<TDocument> update,
        FindOneAndUpdateOptions<TDocument, TDocument>? options = null,
        CancellationToken cancellationToken = default)
        => collection.FindOneAndUpdateAsync<TDocument>(filter, update, options, cancellationToken);

    /// <summary>Replaces one document.</summary>
    public static Task<ReplaceOneResult> ReplaceOneAsync<TDocument>(
        this IMongoCollection<TDocument> collection,
        Expression<Func<TDocument, bool>> filter,
        TDocument replacement,
        ReplaceOptions? options = null,
        CancellationToken cancellationToken = default)
        => collection.ReplaceOneAsync(filter, replacement, options, cancellationToken);

    /// <summary>Updates one that matches.</summary>
    public static Task<UpdateResult> UpdateOneAsync<TDocument>(
        this IMongoCollection<TDocument> collection,
        Expression<Func<TDocument, bool>> filter,
        UpdateDefinition<TDocument> update,
        UpdateOptions? options = null,
        CancellationToken cancellationToken = default)
        => collection.UpdateOneAsync(filter, update, options, cancellationToken);

    /// <summary>Updates all that match.</summary>
    public static Task<UpdateResult> UpdateManyAsync<TDocument>(
        this IMongoCollection<TDocument> collection,
        Expression<Func<TDocument, bool>> filter,
        UpdateDefinition<TDocument> update,
        UpdateOptions? options = null,
        CancellationToken cancellationToken = default)
        => collection.UpdateManyAsync(filter, update, options, cancellationToken);
}

/// <summary>The fluent <c>find</c>.</summary>
internal sealed class FindFluent<TDocument, TProjection>(
    IMongoCollection<TDocument> collection, FilterDefinition<TDocument> filter, FindOptions<TDocument, TProjection> options) : IFindFluent<TDocument,
        TProjection>
{
    public FilterDefinition<TDocument> Filter { get; set; } = filter ?? throw new ArgumentNullException(nameof(filter));

    public FindOptions<TDocument, TProjection> Options { get; } = options;

    public Task<long> CountDocumentsAsync(CancellationToken cancellationToken = default) => collection.CountDocumentsAsync(
        Filter,
        new CountOptions { Collation = Options.Collation, Hint = Options.Hint, Limit = Options.Limit, MaxTime = Options.MaxTime, Skip = Options.Skip },
        cancellationToken);

    public IFindFluent<TDocument, TProjection> Limit(int? limit)
    {
        Options.Limit = limit;
        return this;
    }

    public IFindFluent<TDocument, TNewProjection> Project<TNewProjection>(ProjectionDefinition<TDocument, TNewProjection> projection)
    {
        var options = FindFluent.OptionsFrom<TDocument, TNewProjection>(Options);
        (options.Limit, options.Skip, options.Sort, options.Projection) = (Options.Limit, Options.Skip, Options.Sort, projection);
        return new FindFluent<TDocument, TNewProjection>(collection, Filter, options);
    }

    public IFindFluent<TDocument, TProjection> Skip(int? skip)
    {
        Options.Skip = skip;
        return this;
    }

    public IFindFluent<TDocument, TProjection> Sort(SortDefinition<TDocument> sort)
    {
        Options.Sort = sort;
        return this;
    }

    public Task<IAsyncCursor<TProjection>> ToCursorAsync(CancellationToken cancellationToken = default)
        => collection.FindAsync(Filter, Options, cancellationToken);
}

/// <summary>Options from one form of <c>find</c> to the other.</summary>
internal static class FindFluent
{
    public static FindOptions<TDocument, TDocument> OptionsFrom<TDocument>(FindOptions? options) => OptionsFrom<TDocument, TDocument>(options);

    public static FindOptions<TDocument, TProjection> OptionsFrom<TDocument, TProjection>(FindOptionsBase? options) => new()
    {
        AllowDiskUse = options?.AllowDiskUse,
        BatchSize = options?.BatchSize,
        Collation = options?.Collation,
        Comment = options?.Comment,
        Hint = options?.Hint,
        MaxTime = options?.MaxTime,
        NoCursorTimeout = options?.NoCursorTimeout,
    };
}
