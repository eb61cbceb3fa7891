using System.Linq.Expressions;
using MongoDB.Bson;

namespace MongoDB.Driver;

/// <summary>Where <c>$currentDate</c> writes.</summary>
public enum UpdateDefinitionCurrentDateType
{
    /// <summary>A date.</summary>
    Date,
    /// <summary>A timestamp.</summary>
    Timestamp,
}

/// <summary>Makes updates. Fields are given by path or by member; values are written as the member is.</summary>
public sealed class UpdateDefinitionBuilder<TDocument>
{
    internal UpdateDefinitionBuilder() { }

    /// <summary>All of them, in one.</summary>
    public UpdateDefinition<TDocument> Combine(params UpdateDefinition<TDocument>[] updates) => Combine((IEnumerable<UpdateDefinition<TDocument>>)updates);

    /// <summary>All of them, in one.</summary>
    public UpdateDefinition<TDocument> Combine(IEnumerable<UpdateDefinition<TDocument>> updates)
    {
        UpdateDefinition<TDocument>[] all = [.. updates];
        return new Rendered<TDocument>.Update(() => Merge(all));
    }

    /// <summary>By the stages of a pipeline.</summary>
    public UpdateDefinition<TDocument> Pipeline(PipelineDefinition<TDocument, TDocument> pipeline) => pipeline;

    /// <summary>Sets the field.</summary>
    public UpdateDefinition<TDocument> Set<TField>(FieldDefinition<TDocument, TField> field, TField value)
        => One("$set", field.Render, path => path.ValueFor(value));

    /// <summary>Sets the field.</summary>
    public UpdateDefinition<TDocument> Set<TField>(Expression<Func<TDocument, TField>> field, TField value)
        => Set(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Sets the field of a document that is inserted.</summary>
    public UpdateDefinition<TDocument> SetOnInsert<TField>(FieldDefinition<TDocument, TField> field, TField value)
        => One("$setOnInsert", field.Render, path => path.ValueFor(value));

    /// <summary>Sets the field of a document that is inserted.</summary>
    public UpdateDefinition<TDocument> SetOnInsert<TField>(Expression<Func<TDocument, TField>> field, TField value)
        => SetOnInsert(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Adds to the field.</summary>
    public UpdateDefinition<TDocument> Inc<TField>(FieldDefinition<TDocument, TField> field, TField value)
        => One("$inc", field.Render, path => path.ValueFor(value));

    /// <summary>Adds to the field.</summary>
    public UpdateDefinition<TDocument> Inc<TField>(Expression<Func<TDocument, TField>> field, TField value)
        => Inc(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Multiplies the field.</summary>
    public UpdateDefinition<TDocument> Mul<TField>(FieldDefinition<TDocument, TField> field, TField value)
        => One("$mul", field.Render, path => path.ValueFor(value));

    /// <summary>Multiplies the field.</summary>
    public UpdateDefinition<TDocument> Mul<TField>(Expression<Func<TDocument, TField>> field, TField value)
        => Mul(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Sets the field if the value is less.</summary>
    public UpdateDefinition<TDocument> Min<TField>(FieldDefinition<TDocument, TField> field, TField value)
        => One("$min", field.Render, path => path.ValueFor(value));

    /// <summary>Sets the field if the value is less.</summary>
    public UpdateDefinition<TDocument> Min<TField>(Expression<Func<TDocument, TField>> field, TField value)
        => Min(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Sets the field if the value is greater.</summary>
    public UpdateDefinition<TDocument> Max<TField>(FieldDefinition<TDocument, TField> field, TField value)
        => One("$max", field.Render, path => path.ValueFor(value));

    /// <summary>Sets the field if the value is greater.</summary>
    public UpdateDefinition<TDocument> Max<TField>(Expression<Func<TDocument, TField>> field, TField value)
        => Max(new ExpressionFieldDefinition<TDocument, TField>(field), value);

    /// <summary>Adds to the array.</summary>
    public UpdateDefinition<TDocument> Push<TItem>(FieldDefinition<TDocument> field, TItem value) => One("$push", field.Render, path => path.ValueFor(value));

    /// <summary>Adds to the array.</summary>
    public UpdateDefinition<TDocument> Push<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value)
        => Push(new ExpressionFieldDefinition<TDocument>(field), value);

    /// <summary>Adds to the array if it is not there.</summary>
    public UpdateDefinition<TDocument> AddToSet<TItem>(FieldDefinition<TDocument> field, TItem value)
        => One("$addToSet", field.Render, path => path.ValueFor(value));

    /// <summary>Adds to the array if it is not there.</summary>
    public UpdateDefinition<TDocument> AddToSet<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value)
        => AddToSet(new ExpressionFieldDefinition<TDocument>(field), value);

    /// <summary>Takes out of the array.</summary>
    public UpdateDefinition<TDocument> Pull<TItem>(FieldDefinition<TDocument> field, TItem value) => One("$pull", field.Render, path => path.ValueFor(value));

    /// <summary>Takes out of the array.</summary>
    public UpdateDefinition<TDocument> Pull<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value)
        => Pull(new ExpressionFieldDefinition<TDocument>(field), value);

    /// <summary>Adds all to the array.</summary>
    public UpdateDefinition<TDocument> PushEach<TItem>(FieldDefinition<TDocument> field, IEnumerable<TItem> values)
        => One("$push", field.Render, path => new BsonDocument("$each", new BsonArray(values.Select(value => path.ValueFor(value)))));

    /// <summary>Adds all to the array.</summary>
    public UpdateDefinition<TDocument> PushEach<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, IEnumerable<TItem> values)
        => PushEach(new ExpressionFieldDefinition<TDocument>(field), values);

    /// <summary>Adds those that are not there to the array.</summary>
    public UpdateDefinition<TDocument> AddToSetEach<TItem>(FieldDefinition<TDocument> field, IEnumerable<TItem> values)
        => One("$addToSet", field.Render, path => new BsonDocument("$each", new BsonArray(values.Select(value => path.ValueFor(value)))));

    /// <summary>Adds those that are not there to the array.</summary>
    public UpdateDefinition<TDocument> AddToSetEach<TItem>(Expression<Func<TDocument, IEnumerable<TItem>>> field, IEnumerable<TItem> values)
        => AddToSetEach(new ExpressionFieldDefinition<TDocument>(field), values);

    /// <summary>Takes the field out.</summary>
    public UpdateDefinition<TDocument> Unset(FieldDefinition<TDocument> field) => One("$unset", field.Render, static _ => 1);

    /// <summary>Takes the field out.</summary>
    public UpdateDefinition<TDocument> Unset(Expression<Func<TDocument, object>> field) => Unset(new ExpressionFieldDefinition<TDocument>(field));

    /// <summary>Gives the field another name.</summary>
    public UpdateDefinition<TDocument> Rename(FieldDefinition<TDocument> field, string newName) => One("$rename", field.Render, _ => newName);

    /// <summary>Sets the field to the server's time.</summary>
    public UpdateDefinition<TDocument> CurrentDate(FieldDefinition<TDocument> field, UpdateDefinitionCurrentDateType? type = null)
        => One("$currentDate", field.Render, _ => type is null ? true
            : new BsonDocument("$type", type == UpdateDefinitionCurrentDateType.Date ? "date" : "timestamp"));

    /// <summary>Sets the field to the server's time.</summary>
    public UpdateDefinition<TDocument> CurrentDate(Expression<Func<TDocument, object>> field, UpdateDefinitionCurrentDateType? type = null)
        => CurrentDate(new ExpressionFieldDefinition<TDocument>(field), type);

    private static Rendered<TDocument>.Update One(string name, Func<FieldPath> field, Func<FieldPath, BsonValue> value) => new(() =>
    {
        var path = field();
        return new BsonDocument(name, new BsonDocument(path.Name, value(path)));
    });

    private static BsonDocument Merge(UpdateDefinition<TDocument>[] updates)
    {
        var merged = new BsonDocument();
        foreach (var update in updates)
        {
            if (update.Render() is not BsonDocument operators) throw new NotSupportedException("A pipeline cannot be combined with other updates.");
            foreach (var element in operators)
            {
                if (merged.TryGetValue(element.Name, out var fields))
                    fields.AsBsonDocument.Merge(element.Value.AsBsonDocument, overwriteExistingElements: true);
                else merged.Add(element.Name, element.Value.Clone());
            }
        }

        return merged;
    }
}

/// <summary>Further changes on top of an update.</summary>
public static class UpdateDefinitionExtensions
{
    /// <summary>Sets the field.</summary>
    public static UpdateDefinition<TDocument> Set<TDocument,
        TField>(this UpdateDefinition<TDocument> update, FieldDefinition<TDocument, TField> field, TField value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.Set(field, value));

    /// <summary>Sets the field.</summary>
    public static UpdateDefinition<TDocument> Set<TDocument,
        TField>(this UpdateDefinition<TDocument> update, Expression<Func<TDocument, TField>> field, TField value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.Set(field, value));

    /// <summary>Sets the field of a document that is inserted.</summary>
    public static UpdateDefinition<TDocument> SetOnInsert<TDocument,
        TField>(this UpdateDefinition<TDocument> update, FieldDefinition<TDocument, TField> field, TField value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.SetOnInsert(field, value));

    /// <summary>Sets the field of a document that is inserted.</summary>
    public static UpdateDefinition<TDocument> SetOnInsert<TDocument,
        TField>(this UpdateDefinition<TDocument> update, Expression<Func<TDocument, TField>> field, TField value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.SetOnInsert(field, value));

    /// <summary>Adds to the field.</summary>
    public static UpdateDefinition<TDocument> Inc<TDocument,
        TField>(this UpdateDefinition<TDocument> update, FieldDefinition<TDocument, TField> field, TField value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.Inc(field, value));

    /// <summary>Adds to the field.</summary>
    public static UpdateDefinition<TDocument> Inc<TDocument,
        TField>(this UpdateDefinition<TDocument> update, Expression<Func<TDocument, TField>> field, TField value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.Inc(field, value));

    /// <summary>Multiplies the field.</summary>
    public static UpdateDefinition<TDocument> Mul<TDocument,
        TField>(this UpdateDefinition<TDocument> update, FieldDefinition<TDocument, TField> field, TField value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.Mul(field, value));

    /// <summary>Multiplies the field.</summary>
    public static UpdateDefinition<TDocument> Mul<TDocument,
        TField>(this UpdateDefinition<TDocument> update, Expression<Func<TDocument, TField>> field, TField value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.Mul(field, value));

    /// <summary>Sets the field if the value is less.</summary>
    public static UpdateDefinition<TDocument> Min<TDocument,
        TField>(this UpdateDefinition<TDocument> update, FieldDefinition<TDocument, TField> field, TField value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.Min(field, value));

    /// <summary>Sets the field if the value is less.</summary>
    public static UpdateDefinition<TDocument> Min<TDocument,
        TField>(this UpdateDefinition<TDocument> update, Expression<Func<TDocument, TField>> field, TField value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.Min(field, value));

    /// <summary>Sets the field if the value is greater.</summary>
    public static UpdateDefinition<TDocument> Max<TDocument,
        TField>(this UpdateDefinition<TDocument> update, FieldDefinition<TDocument, TField> field, TField value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.Max(field, value));

    /// <summary>Sets the field if the value is greater.</summary>
    public static UpdateDefinition<TDocument> Max<TDocument,
        TField>(this UpdateDefinition<TDocument> update, Expression<Func<TDocument, TField>> field, TField value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.Max(field, value));

    /// <summary>Adds to the array.</summary>
    public static UpdateDefinition<TDocument> Push<TDocument, TItem>(this UpdateDefinition<TDocument> update, FieldDefinition<TDocument> field, TItem value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.Push(field, value));

    /// <summary>Adds to the array.</summary>
    public static UpdateDefinition<TDocument> Push<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.Push(field, value));

    /// <summary>Adds to the array if it is not there.</summary>
    public static UpdateDefinition<TDocument> AddToSet<TDocument, TItem>(this UpdateDefinition<TDocument> update, FieldDefinition<TDocument> field, TItem value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.AddToSet(field, value));

    /// <summary>Adds to the array if it is not there.</summary>
    public static UpdateDefinition<TDocument> AddToSet<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.AddToSet(field, value));

    /// <summary>Takes out of the array.</summary>
    public static UpdateDefinition<TDocument> Pull<TDocument, TItem>(this UpdateDefinition<TDocument> update, FieldDefinition<TDocument> field, TItem value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.Pull(field, value));

    /// <summary>Takes out of the array.</summary>
    public static UpdateDefinition<TDocument> Pull<TDocument, TItem>(
        this UpdateDefinition<TDocument> update, Expression<Func<TDocument, IEnumerable<TItem>>> field, TItem value)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.Pull(field, value));

    /// <summary>Takes the field out.</summary>
    public static UpdateDefinition<TDocument> Unset<TDocument>(this UpdateDefinition<TDocument> update, FieldDefinition<TDocument> field)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.Unset(field));

    /// <summary>Takes the field out.</summary>
    public static UpdateDefinition<TDocument> Unset<TDocument>(this UpdateDefinition<TDocument> update, Expression<Func<TDocument, object>> field)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.Unset(field));

    /// <summary>Sets the field to the server's time.</summary>
    public static UpdateDefinition<TDocument> CurrentDate<TDocument>(
        this UpdateDefinition<TDocument> update, FieldDefinition<TDocument> field, UpdateDefinitionCurrentDateType? type = null)
        => Builders<TDocument>.Update.Combine(update, Builders<TDocument>.Update.CurrentDate(field, type));
}
