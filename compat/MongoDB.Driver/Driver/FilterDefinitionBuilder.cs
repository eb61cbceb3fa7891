using System.Linq.Expressions;
using MongoDB.Bson;

namespace MongoDB.Driver;

/// <summary>Makes filters. Fields are given by path or by member; values are written as the member is.</summary>
public sealed class FilterDefinitionBuilder<TDocument>
{
    internal FilterDefinitionBuilder() { }

    /// <summary>All documents.</summary>
    public FilterDefinition<TDocument> Empty => FilterDefinition<TDocument>.Empty;

    /// <summary>Equal.</summary>
    public FilterDefinition<TDocument> Eq<TField>(FieldDefinition<TDocument, TField> field, TField value)
        => new Rendered<TDocument>.Filter(() => Compare(field, "$eq", value));

    /// <summary>Equal.</summary>
    public FilterDefinition<TDocument> Eq<TField>(Expression<Func<TDocument, TField>> field, TField value)
        => Eq(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Not equal, or not there.</summary>
    public FilterDefinition<TDocument> Ne<TField>(FieldDefinition<TDocument, TField> field, TField value)
        => new Rendered<TDocument>.Filter(() => Compare(field, "$ne", value));

    /// <summary>Not equal, or not there.</summary>
    public FilterDefinition<TDocument> Ne<TField>(Expression<Func<TDocument, TField>> field, TField value)
        => Ne(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Greater.</summary>
    public FilterDefinition<TDocument> Gt<TField>(FieldDefinition<TDocument, TField> field, TField value)
        => new Rendered<TDocument>.Filter(() => Compare(field, "$gt", value));

    /// <summary>Greater.</summary>
    public FilterDefinition<TDocument> Gt<TField>(Expression<Func<TDocument, TField>> field, TField value)
        => Gt(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Greater or equal.</summary>
    public FilterDefinition<TDocument> Gte<TField>(FieldDefinition<TDocument, TField> field, TField value)
        => new Rendered<TDocument>.Filter(() => Compare(field, "$gte", value));

    /// <summary>Greater or equal.</summary>
    public FilterDefinition<TDocument> Gte<TField>(Expression<Func<TDocument, TField>> field, TField value)
        => Gte(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Less.</summary>
    public FilterDefinition<TDocument> Lt<TField>(FieldDefinition<TDocument, TField> field, TField value)
        => new Rendered<TDocument>.Filter(() => Compare(field, "$lt", value));

    /// <summary>Less.</summary>
    public FilterDefinition<TDocument> Lt<TField>(Expression<Func<TDocument, TField>> field, TField value)
        => Lt(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Less or equal.</summary>
    public FilterDefinition<TDocument> Lte<TField>(FieldDefinition<TDocument, TField> field, TField value)
        => new Rendered<TDocument>.Filter(() => Compare(field, "$lte", value));

    /// <summary>Less or equal.</summary>
    public FilterDefinition<TDocument> Lte<TField>(Expression<Func<TDocument, TField>> field, TField value)
        => Lte(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>One of the values.</summary>
    public FilterDefinition<TDocument> In<TField>(FieldDefinition<TDocument, TField> field, IEnumerable<TField> values)
        => new Rendered<TDocument>.Filter(() => OneOf(field, "$in", values));

    /// <summary>One of the values.</summary>
    public FilterDefinition<TDocument> In<TField>(Expression<Func<TDocument, TField>> field, IEnumerable<TField> values)
        => In(new ExpressionFieldDefinition<TDocument, TField>(field), values);

    /// <summary>None of the values.</summary>
    public FilterDefinition<TDocument> Nin<TField>(FieldDefinition<TDocument, TField> field, IEnumerable<TField> values)
        => new Rendered<TDocument>.Filter(() => OneOf(field, "$nin", values));

    /// <summary>None of the values.</summary>
    public FilterDefinition<TDocument> Nin<TField>(Expression<Func<TDocument, TField>> field, IEnumerable<TField> values)
        => Nin(new ExpressionFieldDefinition<TDocument, TField>(field), values);

    /// <summary>An element of the array is equal.</summary>
    public FilterDefinition<TDocument> AnyEq<TItem>(FieldDefinition<TDocument> field, TItem value)
        => new Rendered<TDocument>.Filter(() => Compare(field.Render(), "$eq", value));

    /// <summary>An element of the array is equal.</summary>
    public FilterDefinition<TDocument> AnyEq<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value)
        => AnyEq(new ExpressionFieldDefinition<TDocument>(field), value);

    /// <summary>An element of the array is greater or equal.</summary>
    public FilterDefinition<TDocument> AnyGte<TItem>(FieldDefinition<TDocument> field, TItem value)
        => new Rendered<TDocument>.Filter(() => Compare(field.Render(), "$gte", value));

    /// <summary>An element of the array is greater or equal.</summary>
    public FilterDefinition<TDocument> AnyGte<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value)
        => AnyGte(new ExpressionFieldDefinition<TDocument>(field), value);

    /// <summary>An element of the array is less or equal.</summary>
    public FilterDefinition<TDocument> AnyLte<TItem>(FieldDefinition<TDocument> field, TItem value)
        => new Rendered<TDocument>.Filter(() => Compare(field.Render(), "$lte", value));

    /// <summary>An element of the array is less or equal.</summary>
    public FilterDefinition<TDocument> AnyLte<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value)
        => AnyLte(new ExpressionFieldDefinition<TDocument>(field), value);

    /// <summary>An element of the array is one of the values.</summary>
    public FilterDefinition<TDocument> AnyIn<TItem>(FieldDefinition<TDocument> field, IEnumerable<TItem> values)
        => new Rendered<TDocument>.Filter(() => OneOf(field.Render(), "$in", values));

    /// <summary>An element of the array is one of the values.</summary>
    public FilterDefinition<TDocument> AnyIn<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, IEnumerable<TItem> values)
        => AnyIn(new ExpressionFieldDefinition<TDocument>(field), values);

    /// <summary>The array has all of the values.</summary>
    public FilterDefinition<TDocument> All<TItem>(FieldDefinition<TDocument> field, IEnumerable<TItem> values)
        => new Rendered<TDocument>.Filter(() => OneOf(field.Render(), "$all", values));

    /// <summary>The array has all of the values.</summary>
    public FilterDefinition<TDocument> All<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, IEnumerable<TItem> values)
        => All(new ExpressionFieldDefinition<TDocument>(field), values);

    /// <summary>An element of the array fits.</summary>
    public FilterDefinition<TDocument> ElemMatch<TItem>(FieldDefinition<TDocument> field, FilterDefinition<TItem> filter)
        => new Rendered<TDocument>.Filter(() => new(field.Render().Name, new BsonDocument("$elemMatch", filter.Render())));

    /// <summary>An element of the array fits.</summary>
    public FilterDefinition<TDocument> ElemMatch<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, FilterDefinition<TItem> filter)
        => ElemMatch(new ExpressionFieldDefinition<TDocument>(field), filter);

    /// <summary>The field is there, or is not.</summary>
    public FilterDefinition<TDocument> Exists(FieldDefinition<TDocument> field, bool exists = true)
        => new Rendered<TDocument>.Filter(() => new(field.Render().Name, new BsonDocument("$exists", exists)));

    /// <summary>The field is there, or is not.</summary>
    public FilterDefinition<TDocument> Exists(Expression<Func<TDocument, object>> field, bool exists = true)
        => Exists(new ExpressionFieldDefinition<TDocument>(field), exists);

    /// <summary>The text fits the pattern.</summary>
    public FilterDefinition<TDocument> Regex(FieldDefinition<TDocument> field, BsonRegularExpression regex)
        => new Rendered<TDocument>.Filter(() => new(field.Render().Name, regex));

    /// <summary>The text fits the pattern.</summary>
    public FilterDefinition<TDocument> Regex(Expression<Func<TDocument, object>> field, BsonRegularExpression regex)
        => Regex(new ExpressionFieldDefinition<TDocument>(field), regex);

    /// <summary>The array has that many elements.</summary>
    public FilterDefinition<TDocument> Size(FieldDefinition<TDocument> field, int size)
        => new Rendered<TDocument>.Filter(() => new(field.Render().Name, new BsonDocument("$size", size)));

    /// <summary>The array has that many elements.</summary>
    public FilterDefinition<TDocument> Size(Expression<Func<TDocument, object>> field, int size) => Size(new ExpressionFieldDefinition<TDocument>(field), size);

    /// <summary>The value is of that type.</summary>
    public FilterDefinition<TDocument> Type(FieldDefinition<TDocument> field, BsonType type)
        => new Rendered<TDocument>.Filter(() => new(field.Render().Name, new BsonDocument("$type", type == BsonType.MinKey ? -1 : (int)type)));

    /// <summary>Words of the collection's text index.</summary>
    public FilterDefinition<TDocument> Text(string search, TextSearchOptions? options = null)
        => new Rendered<TDocument>.Filter(() => new("$text", new BsonDocument("$search", search)
            .Add("$language", options?.Language!, options?.Language is not null)
            .Add("$caseSensitive", options?.CaseSensitive ?? false, options?.CaseSensitive is not null)
            .Add("$diacriticSensitive", options?.DiacriticSensitive ?? false, options?.DiacriticSensitive is not null)));

    /// <summary>Words of the collection's text index.</summary>
    public FilterDefinition<TDocument> Text(string search, string language) => Text(search, new TextSearchOptions { Language = language });

    /// <summary>A condition on members.</summary>
    public FilterDefinition<TDocument> Where(Expression<Func<TDocument, bool>> expression) => expression;

    /// <summary>All of them.</summary>
    public FilterDefinition<TDocument> And(params FilterDefinition<TDocument>[] filters) => And((IEnumerable<FilterDefinition<TDocument>>)filters);

    /// <summary>All of them.</summary>
    public FilterDefinition<TDocument> And(IEnumerable<FilterDefinition<TDocument>> filters)
    {
        FilterDefinition<TDocument>[] all = [.. filters];
        return new Rendered<TDocument>.Filter(() => Filters.And([.. Array.ConvertAll(all, static filter => filter.Render())]));
    }

    /// <summary>One of them.</summary>
    public FilterDefinition<TDocument> Or(params FilterDefinition<TDocument>[] filters) => Or((IEnumerable<FilterDefinition<TDocument>>)filters);

    /// <summary>One of them.</summary>
    public FilterDefinition<TDocument> Or(IEnumerable<FilterDefinition<TDocument>> filters)
    {
        FilterDefinition<TDocument>[] all = [.. filters];
        return new Rendered<TDocument>.Filter(() => Filters.Or([.. Array.ConvertAll(all, static filter => filter.Render())]));
    }

    /// <summary>Not.</summary>
    public FilterDefinition<TDocument> Not(FilterDefinition<TDocument> filter) => new Rendered<TDocument>.Filter(() => Filters.Not(filter.Render()));

    private static BsonDocument Compare<TField>(FieldDefinition<TDocument, TField> field, string name, TField value) => Compare(field.Render(), name, value);

    private static BsonDocument Compare<TValue>(FieldPath field, string name, TValue value)
    {
        var bson = field.ValueFor(value);
        return name == "$eq" ? Filters.Eq(field.Name, bson) : new BsonDocument(field.Name, new BsonDocument(name, bson));
    }

    private static BsonDocument OneOf<TField>(FieldDefinition<TDocument, TField> field, string name, IEnumerable<TField> values)
        => OneOf(field.Render(), name, values);

    private static BsonDocument OneOf<TValue>(FieldPath field, string name, IEnumerable<TValue> values)
    {
        var array = new BsonArray();
        foreach (var value in values) array.Add(field.ValueFor(value));
        return new BsonDocument(field.Name, new BsonDocument(name, array));
    }
}
