using System.Linq.Expressions;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace MongoDB.Driver;

/// <summary>A field of <typeparamref name="TDocument"/>: its path in BSON, or a member of the class.</summary>
public abstract class FieldDefinition<TDocument>
{
    private protected FieldDefinition() { }

    internal abstract FieldPath Render();

    /// <summary>A path such as <c>address.city</c>; its parts are members' names where the class has them, else elements' names.</summary>
    public static implicit operator FieldDefinition<TDocument>(string fieldName) => new StringFieldDefinition<TDocument>(fieldName);
}

/// <summary>A field of <typeparamref name="TDocument"/> with its type.</summary>
public abstract class FieldDefinition<TDocument, TField>
{
    private protected FieldDefinition() { }

    internal abstract FieldPath Render();

    /// <summary>The value as the field's member writes it.</summary>
    internal static BsonValue ValueFor(FieldPath path, TField value) => path.ValueFor(value);

    /// <summary>A path such as <c>address.city</c>.</summary>
    public static implicit operator FieldDefinition<TDocument, TField>(string fieldName) => new StringFieldDefinition<TDocument, TField>(fieldName);

    /// <summary>Without the type.</summary>
    public static implicit operator FieldDefinition<TDocument>(FieldDefinition<TDocument, TField> field) => new UntypedField(field);

    private sealed class UntypedField(FieldDefinition<TDocument, TField> field) : FieldDefinition<TDocument>
    {
        internal override FieldPath Render() => field.Render();
    }
}

/// <summary>By path.</summary>
public sealed class StringFieldDefinition<TDocument>(string fieldName) : FieldDefinition<TDocument>
{
    private readonly string _name = fieldName ?? throw new ArgumentNullException(nameof(fieldName));

    internal override FieldPath Render() => FieldPath.Of<TDocument>(_name);
}

/// <summary>By path.</summary>
public sealed class StringFieldDefinition<TDocument, TField>(string fieldName) : FieldDefinition<TDocument, TField>
{
    private readonly string _name = fieldName ?? throw new ArgumentNullException(nameof(fieldName));

    internal override FieldPath Render() => FieldPath.Of<TDocument>(_name);
}

/// <summary>By member: <c>x => x.Address.City</c>, <c>x => x.Tags[0]</c>.</summary>
public sealed class ExpressionFieldDefinition<TDocument>(LambdaExpression expression) : FieldDefinition<TDocument>
{
    internal override FieldPath Render() => FieldPath.Of<TDocument>(expression);
}

/// <summary>By member.</summary>
public sealed class ExpressionFieldDefinition<TDocument, TField>(Expression<Func<TDocument, TField>> expression) : FieldDefinition<TDocument, TField>
{
    internal override FieldPath Render() => FieldPath.Of<TDocument>(expression);
}

/// <summary>A path in BSON, and how its values are written, where the class says so.</summary>
internal readonly record struct FieldPath(string Name, Codec? Codec)
{
    public static FieldPath Of<TDocument>(string path)
    {
        Codec? codec = Codec<TDocument>.Instance;
        if (typeof(BsonValue).IsAssignableFrom(typeof(TDocument)) || !path.Contains('.', StringComparison.Ordinal)) return Step(codec, path);
        var parts = path.Split('.');
        for (var i = 0; i < parts.Length; i++) (parts[i], codec) = Step(codec, parts[i]);
        return new(string.Join('.', parts), codec);
    }

    public static FieldPath Of<TDocument>(LambdaExpression expression) => ExpressionTranslator.Field(typeof(TDocument), expression);

    /// <summary>From a type's codec to that of one part of a path: an index or a positional operator goes into the array, a name into the class.</summary>
    public static FieldPath Step(Codec? codec, string part)
    {
        if (codec?.Item is { } item)
        {
            if (part.Length > 0 && (char.IsAsciiDigit(part[0]) || part[0] == '$')) return new(part, item);
            codec = codec.ValueType.IsAssignableTo(typeof(System.Collections.IDictionary)) ? null : item;
        }

        return codec is not null && codec.TryGetMember(part, out var element, out var member) ? new(element, member) : new(part, null);
    }

    public BsonValue ValueFor<TValue>(TValue value)
    {
        if (value is BsonValue bson) return bson;
        if (Codec is Codec<TValue> own) return own.ToBsonValue(value);
        var nullable = value is not null && Codec is not null && Nullable.GetUnderlyingType(Codec.ValueType) == value.GetType();
        if (value is not null && Codec is not null && (nullable || Codec.ValueType.IsInstanceOfType(value))) return Codec.ToBsonValue((object)value);
        // A value for an array's field that fits its elements is meant for one of them.
        if (value is not null && Codec?.Item is { } item && item.ValueType.IsInstanceOfType(value)) return item.ToBsonValue((object)value);
        if (value is not null && Codec is not null && Codec.ValueType.IsEnum && value is int) return Codec.ToBsonValue(Enum.ToObject(Codec.ValueType, value));
        return Codec<TValue>.Instance.ToBsonValue(value);
    }
}

/// <summary>Which documents.</summary>
public abstract class FilterDefinition<TDocument>
{
    private protected FilterDefinition() { }

    /// <summary>All documents.</summary>
    public static FilterDefinition<TDocument> Empty { get; } = new Rendered<TDocument>.Filter(static () => []);

    internal abstract BsonDocument Render();

    /// <summary>The filter in the query language.</summary>
    public override string ToString() => Render().ToJson();

    /// <summary>From the query language.</summary>
    public static implicit operator FilterDefinition<TDocument>(BsonDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return new Rendered<TDocument>.Filter(() => document);
    }

    /// <summary>From the query language as JSON.</summary>
    public static implicit operator FilterDefinition<TDocument>(string json)
    {
        var document = BsonDocument.Parse(json);
        return new Rendered<TDocument>.Filter(() => document);
    }

    /// <summary>From a condition on members; see the README for what is understood.</summary>
    public static implicit operator FilterDefinition<TDocument>(Expression<Func<TDocument, bool>> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return new Rendered<TDocument>.Filter(() => ExpressionTranslator.Filter(typeof(TDocument), predicate));
    }

    /// <summary>Not.</summary>
    public static FilterDefinition<TDocument> operator !(FilterDefinition<TDocument> op) => Builders<TDocument>.Filter.Not(op);

    /// <summary>Both.</summary>
    public static FilterDefinition<TDocument> operator &(FilterDefinition<TDocument> lhs, FilterDefinition<TDocument> rhs)
        => Builders<TDocument>.Filter.And(lhs, rhs);

    /// <summary>One of them.</summary>
    public static FilterDefinition<TDocument> operator |(FilterDefinition<TDocument> lhs, FilterDefinition<TDocument> rhs)
        => Builders<TDocument>.Filter.Or(lhs, rhs);
}

/// <summary>What an update changes: operators, or a pipeline.</summary>
public abstract class UpdateDefinition<TDocument>
{
    private protected UpdateDefinition() { }

    internal abstract BsonValue Render();

    /// <summary>The update in the server's language.</summary>
    public override string ToString() => Render().ToJson();

    /// <summary>From the server's language.</summary>
    public static implicit operator UpdateDefinition<TDocument>(BsonDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return new Rendered<TDocument>.Update(() => document);
    }

    /// <summary>From the server's language as JSON.</summary>
    public static implicit operator UpdateDefinition<TDocument>(string json)
    {
        var document = BsonDocument.Parse(json);
        return new Rendered<TDocument>.Update(() => document);
    }

    /// <summary>From a pipeline.</summary>
    public static implicit operator UpdateDefinition<TDocument>(PipelineDefinition<TDocument, TDocument> pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        return new Rendered<TDocument>.Update(() => new BsonArray(pipeline.Render()));
    }
}

/// <summary>An order.</summary>
public abstract class SortDefinition<TDocument>
{
    private protected SortDefinition() { }

    internal abstract BsonDocument Render();

    /// <summary>The order in the server's language.</summary>
    public override string ToString() => Render().ToJson();

    /// <summary>From the server's language.</summary>
    public static implicit operator SortDefinition<TDocument>(BsonDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return new Rendered<TDocument>.Sort(() => document);
    }

    /// <summary>From the server's language as JSON.</summary>
    public static implicit operator SortDefinition<TDocument>(string json)
    {
        var document = BsonDocument.Parse(json);
        return new Rendered<TDocument>.Sort(() => document);
    }
}

/// <summary>Which fields; the result has no type of its own.</summary>
public abstract class ProjectionDefinition<TSource>
{
    private protected ProjectionDefinition() { }

    internal abstract BsonDocument? Render();

    /// <summary>From the server's language.</summary>
    public static implicit operator ProjectionDefinition<TSource>(BsonDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return new Rendered<TSource>.Projection(() => document);
    }

    /// <summary>From the server's language as JSON.</summary>
    public static implicit operator ProjectionDefinition<TSource>(string json)
    {
        var document = BsonDocument.Parse(json);
        return new Rendered<TSource>.Projection(() => document);
    }
}

/// <summary>Which fields, and the class they are read into.</summary>
public abstract class ProjectionDefinition<TSource, TProjection>
{
    private protected ProjectionDefinition() { }

    internal abstract BsonDocument? Render();

    /// <summary>From the server's language.</summary>
    public static implicit operator ProjectionDefinition<TSource, TProjection>(BsonDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return new Rendered<TSource>.Projection<TProjection>(() => document);
    }

    /// <summary>From the server's language as JSON.</summary>
    public static implicit operator ProjectionDefinition<TSource, TProjection>(string json)
    {
        var document = BsonDocument.Parse(json);
        return new Rendered<TSource>.Projection<TProjection>(() => document);
    }

    /// <summary>With the result's type.</summary>
    public static implicit operator ProjectionDefinition<TSource, TProjection>(ProjectionDefinition<TSource> projection)
    {
        ArgumentNullException.ThrowIfNull(projection);
        return new Rendered<TSource>.Projection<TProjection>(projection.Render);
    }
}

/// <summary>The fields of an index.</summary>
public abstract class IndexKeysDefinition<TDocument>
{
    private protected IndexKeysDefinition() { }

    internal abstract BsonDocument Render();

    /// <summary>From the server's language.</summary>
    public static implicit operator IndexKeysDefinition<TDocument>(BsonDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return new Rendered<TDocument>.IndexKeys(() => document);
    }

    /// <summary>From the server's language as JSON.</summary>
    public static implicit operator IndexKeysDefinition<TDocument>(string json)
    {
        var document = BsonDocument.Parse(json);
        return new Rendered<TDocument>.IndexKeys(() => document);
    }
}

/// <summary>The stages of an aggregation.</summary>
public abstract class PipelineDefinition<TInput, TOutput>
{
    private protected PipelineDefinition() { }

    internal abstract IReadOnlyList<BsonDocument> Render();

    /// <summary>From stages.</summary>
    public static PipelineDefinition<TInput, TOutput> Create(IEnumerable<BsonDocument> stages)
        => new BsonDocumentStagePipelineDefinition<TInput, TOutput>(stages);

    /// <summary>From stages.</summary>
    public static PipelineDefinition<TInput, TOutput> Create(params BsonDocument[] stages) => new BsonDocumentStagePipelineDefinition<TInput, TOutput>(stages);

    /// <summary>From stages as JSON.</summary>
    public static PipelineDefinition<TInput, TOutput> Create(params string[] stages)
        => new BsonDocumentStagePipelineDefinition<TInput, TOutput>(Array.ConvertAll(stages, BsonDocument.Parse));

    /// <summary>From stages.</summary>
    public static implicit operator PipelineDefinition<TInput, TOutput>(BsonDocument[] stages)
        => new BsonDocumentStagePipelineDefinition<TInput, TOutput>(stages);

    /// <summary>From stages.</summary>
    public static implicit operator PipelineDefinition<TInput, TOutput>(List<BsonDocument> stages)
        => new BsonDocumentStagePipelineDefinition<TInput, TOutput>(stages);
}

/// <summary>Of stages in the server's language.</summary>
public sealed class BsonDocumentStagePipelineDefinition<TInput, TOutput>(IEnumerable<BsonDocument> stages) : PipelineDefinition<TInput, TOutput>
{
    private readonly List<BsonDocument> _stages = [.. stages];

    internal override IReadOnlyList<BsonDocument> Render() => _stages;
}

/// <summary>A condition for the elements of an array in an update.</summary>
public abstract class ArrayFilterDefinition
{
    private protected ArrayFilterDefinition() { }

    internal abstract BsonDocument Render();

    /// <summary>From the server's language.</summary>
    public static implicit operator ArrayFilterDefinition(BsonDocument document) => new BsonDocumentArrayFilterDefinition<BsonDocument>(document);

    /// <summary>From the server's language as JSON.</summary>
    public static implicit operator ArrayFilterDefinition(string json) => new BsonDocumentArrayFilterDefinition<BsonDocument>(BsonDocument.Parse(json));
}

/// <summary>In the server's language.</summary>
public sealed class BsonDocumentArrayFilterDefinition<TItem>(BsonDocument document) : ArrayFilterDefinition
{
    internal override BsonDocument Render() => document;
}

/// <summary>A command for <c>RunCommand</c>, and the type of its answer.</summary>
public abstract class Command<TResult>
{
    private protected Command() { }

    internal abstract BsonDocument Render();

    /// <summary>From the command.</summary>
    public static implicit operator Command<TResult>(BsonDocument document) => new BsonDocumentCommand<TResult>(document);

    /// <summary>From the command as JSON.</summary>
    public static implicit operator Command<TResult>(string json) => new BsonDocumentCommand<TResult>(BsonDocument.Parse(json));
}

/// <summary>As a document.</summary>
public sealed class BsonDocumentCommand<TResult>(BsonDocument document) : Command<TResult>
{
    private readonly BsonDocument _document = document ?? throw new ArgumentNullException(nameof(document));

    internal override BsonDocument Render() => _document;
}

/// <summary>The definitions that builders make: rendered when the operation starts, so that conventions registered before it count.</summary>
internal static class Rendered<TDocument>
{
    internal sealed class Filter(Func<BsonDocument> render) : FilterDefinition<TDocument>
    {
        internal override BsonDocument Render() => render();
    }

    internal sealed class Update(Func<BsonValue> render) : UpdateDefinition<TDocument>
    {
        internal override BsonValue Render() => render();
    }

    internal sealed class Sort(Func<BsonDocument> render) : SortDefinition<TDocument>
    {
        internal override BsonDocument Render() => render();
    }

    internal sealed class Projection(Func<BsonDocument?> render) : ProjectionDefinition<TDocument>
    {
        internal override BsonDocument? Render() => render();
    }

    internal sealed class Projection<TProjection>(Func<BsonDocument?> render) : ProjectionDefinition<TDocument, TProjection>
    {
        internal override BsonDocument? Render() => render();
    }

    internal sealed class IndexKeys(Func<BsonDocument> render) : IndexKeysDefinition<TDocument>
    {
        internal override BsonDocument Render() => render();
    }
}
