using System.Collections;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.RegularExpressions;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace MongoDB.Driver;

/// <summary>
/// Simple conditions on members into the query language: comparisons with constants, &amp;&amp;, ||, !, bool members, Contains over a collection of constants
/// or
/// over an array member, StartsWith, EndsWith and Contains of strings, Any() and Any(condition) of arrays.
/// </summary>
internal static class ExpressionTranslator
{
    public static BsonDocument Filter(Type documentType, LambdaExpression predicate)
        => Condition(predicate.Body, predicate.Parameters[0], Codec.For(documentType));

    public static FieldPath Field(Type documentType, LambdaExpression expression)
        => TryField(expression.Body, expression.Parameters[0], Codec.For(documentType)) ?? throw NotSupported(expression);

    private static NotSupportedException NotSupported(Expression expression) => new($"Expression not supported: {expression}.");

    private static BsonDocument Condition(Expression expression, ParameterExpression root, Codec codec)
    {
        switch (expression)
        {
            case BinaryExpression { NodeType: ExpressionType.AndAlso or ExpressionType.And } both when both.Type == typeof(bool):
                return Filters.And([Condition(both.Left, root, codec), Condition(both.Right, root, codec)]);
            case BinaryExpression { NodeType: ExpressionType.OrElse or ExpressionType.Or } either when either.Type == typeof(bool):
                return Filters.Or([Condition(either.Left, root, codec), Condition(either.Right, root, codec)]);
            case UnaryExpression { NodeType: ExpressionType.Not } not:
                return TryField(not.Operand, root, codec) is { } negated
                    ? new BsonDocument(negated.Name, new BsonDocument("$ne", true))
                    : Filters.Not(Condition(not.Operand, root, codec));
            case BinaryExpression comparison: return Comparison(comparison, root, codec);
            case MethodCallExpression call: return Call(call, root, codec);
            case ConstantExpression { Value: bool constant }: return constant ? [] : new BsonDocument("$nor", new BsonArray { new BsonDocument() });
        }

        return TryField(expression, root, codec) is { } field && expression.Type == typeof(bool)
            ? new BsonDocument(field.Name, true)
            : throw NotSupported(expression);
    }

    private static BsonDocument Comparison(BinaryExpression comparison, ParameterExpression root, Codec codec)
    {
        var (field, other, type) = (TryField(comparison.Left, root, codec), comparison.Right, comparison.NodeType);
        if (field is null)
        {
            (field, other) = (TryField(comparison.Right, root, codec), comparison.Left);
            type = type switch
            {
                ExpressionType.LessThan => ExpressionType.GreaterThan,
                ExpressionType.LessThanOrEqual => ExpressionType.GreaterThanOrEqual,
                ExpressionType.GreaterThan => ExpressionType.LessThan,
                ExpressionType.GreaterThanOrEqual => ExpressionType.LessThanOrEqual,
                _ => type,
            };
        }

        if (field is not { } path) throw NotSupported(comparison);
        var value = path.ValueFor(Constant(other, root));
        var name = type switch
        {
            ExpressionType.Equal => "$eq",
            ExpressionType.NotEqual => "$ne",
            ExpressionType.LessThan => "$lt",
            ExpressionType.LessThanOrEqual => "$lte",
            ExpressionType.GreaterThan => "$gt",
            ExpressionType.GreaterThanOrEqual => "$gte",
            _ => throw NotSupported(comparison),
        };
        return name == "$eq" ? Filters.Eq(path.Name, value) : new BsonDocument(path.Name, new BsonDocument(name, value));
    }

    private static BsonDocument Call(MethodCallExpression call, ParameterExpression root, Codec codec)
    {
        var arguments = call.Object is null ? call.Arguments.ToArray() : [call.Object, .. call.Arguments];
        if (call.Method.Name == "Equals" && arguments.Length == 2)
        {
            var equals = TryField(arguments[0], root, codec) ?? throw NotSupported(call);
            return Filters.Eq(equals.Name, equals.ValueFor(Constant(arguments[1], root)));
        }

        if (arguments.Length > 0 && TryField(arguments[0], root, codec) is { } field)
        {
            if (call.Method.DeclaringType == typeof(string) && arguments.Length == 2 && Constant(arguments[1], root) is string text)
            {
                var pattern = call.Method.Name switch
                {
                    nameof(string.StartsWith) => "^" + Regex.Escape(text),
                    nameof(string.EndsWith) => Regex.Escape(text) + "$",
                    nameof(string.Contains) => Regex.Escape(text),
                    _ => throw NotSupported(call),
                };
                return new BsonDocument(field.Name, new BsonRegularExpression(pattern, "s"));
            }

            if (call.Method.Name == nameof(Enumerable.Contains)) return Filters.Eq(field.Name, field.ValueFor(Constant(arguments[1], root)));
            if (call.Method.Name == nameof(Enumerable.Any)) return Any(call, arguments, field);
        }

        // constants.Contains(x.Field); over arrays the compiler may have chosen the method of spans.
        if (call.Method.Name == nameof(Enumerable.Contains) && arguments.Length >= 2 && TryField(arguments[1], root, codec) is { } one)
        {
            var values = new BsonArray();
            foreach (var value in (IEnumerable)Constant(WithoutSpan(arguments[0]), root)!) values.Add(one.ValueFor(value));
            return new BsonDocument(one.Name, new BsonDocument("$in", values));
        }

        throw NotSupported(call);
    }

    private static BsonDocument Any(MethodCallExpression call, Expression[] arguments, FieldPath field)
    {
        if (arguments.Length == 1) return new BsonDocument(field.Name,
            new BsonDocument { { "$ne", BsonNull.Value }, { "$not", new BsonDocument("$size", 0) } });
        var lambda = (arguments[1] as UnaryExpression)?.Operand as LambdaExpression ?? arguments[1] as LambdaExpression ?? throw NotSupported(call);
        return new BsonDocument(field.Name,
            new BsonDocument("$elemMatch", Condition(lambda.Body, lambda.Parameters[0], field.Codec?.Item ?? throw NotSupported(call))));
    }

    private static Expression WithoutSpan(Expression expression) => expression switch
    {
        MethodCallExpression { Method.Name: "op_Implicit", Arguments: [var inner] } => inner,
        UnaryExpression { NodeType: ExpressionType.Convert, Method.Name: "op_Implicit" } convert => convert.Operand,
        _ => expression,
    };

    // Null where the expression is not a path from the document.
    private static FieldPath? TryField(Expression expression, ParameterExpression root, Codec codec)
    {
        switch (expression)
        {
            case UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked or ExpressionType.Quote } convert:
                return TryField(convert.Operand, root, codec);
            case MemberExpression { Expression: { } owner } member:
                if (member.Member is { Name: "Value", DeclaringType: { } type } && Nullable.GetUnderlyingType(type) is not null)
                    return TryField(owner, root, codec);
                return owner == root ? Step(null, codec, member.Member.Name, expression)
                    : TryField(owner, root, codec) is { } parent ? Step(parent, parent.Codec, member.Member.Name, expression) : null;
            case MethodCallExpression { Method.Name: "get_Item", Object: { } list, Arguments: [var index] } when TryField(list, root, codec) is { } path:
                return Step(path, path.Codec, Convert.ToString(Constant(index, root), System.Globalization.CultureInfo.InvariantCulture)!, null);
            case BinaryExpression { NodeType: ExpressionType.ArrayIndex } item when TryField(item.Left, root, codec) is { } path:
                return Step(path, path.Codec, Convert.ToString(Constant(item.Right, root), System.Globalization.CultureInfo.InvariantCulture)!, null);
            case ParameterExpression parameter when parameter == root:
                return null;
            default:
                return null;
        }
    }

    private static FieldPath Step(FieldPath? parent, Codec? codec, string name, Expression? member)
    {
        var step = FieldPath.Step(codec, name);
        if (member is not null && step.Codec is null) throw NotSupported(member);
        return parent is { } path ? step with { Name = path.Name + "." + step.Name } : step;
    }

    private static object? Constant(Expression expression, ParameterExpression root)
    {
        switch (expression)
        {
            case ConstantExpression constant: return constant.Value;
            case UnaryExpression { NodeType: ExpressionType.Convert, Method: null } convert when !convert.Type.IsValueType
                || Nullable.GetUnderlyingType(convert.Type) is not null:
                return Constant(convert.Operand, root);
            case MemberExpression { Member: FieldInfo field } member: return field.GetValue(member.Expression is null ? null
                : Constant(member.Expression, root));
            case MemberExpression { Member: PropertyInfo property } member when member.Expression is not ParameterExpression:
                return property.GetValue(member.Expression is null ? null : Constant(member.Expression, root));
        }

        if (expression is ParameterExpression or MemberExpression) throw NotSupported(expression);
        // What is left (sums, calls) has no place in hot paths: it is interpreted.
        return Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object))).Compile(preferInterpretation: true)();
    }
}

/// <summary>Filters joined in the shortest form that means the same.</summary>
internal static class Filters
{
    public static BsonDocument Eq(string name, BsonValue value)
        => new(name, value is BsonRegularExpression || (value is BsonDocument { ElementCount: > 0 } document && document.GetElement(0).Name.StartsWith('$'))
            ? new BsonDocument("$eq", value)
            : value);

    public static BsonDocument And(List<BsonDocument> filters)
    {
        filters.RemoveAll(static filter => filter.ElementCount == 0);
        if (filters.Count == 0) return [];
        var joined = new BsonDocument();
        foreach (var filter in filters)
        {
            foreach (var element in filter.Items)
            {
                if (!TryJoin(joined, element)) return new BsonDocument("$and", new BsonArray(filters.SelectMany(Parts)));
            }
        }

        return joined;
    }

    public static BsonDocument Or(List<BsonDocument> filters)
        => filters.Count == 1 ? filters[0]
            : new("$or", new BsonArray(filters.SelectMany(static filter =>
                filter.ElementCount == 1 && filter.GetElement(0).Name == "$or" ? filter[0].AsBsonArray.Select(static f => f.AsBsonDocument) : [filter])));

    public static BsonDocument Not(BsonDocument filter)
    {
        if (filter.ElementCount != 1 || filter.GetElement(0).Name.StartsWith('$')) return new BsonDocument("$nor", new BsonArray { filter });
        var (name, value) = (filter.GetElement(0).Name, filter[0]);
        if (value is BsonRegularExpression) return new BsonDocument(name, new BsonDocument("$not", value));
        return IsOperators(value) ? new BsonDocument(name, new BsonDocument("$not", value)) : new BsonDocument(name, new BsonDocument("$ne", value));
    }

    private static IEnumerable<BsonDocument> Parts(BsonDocument filter)
        => filter.ElementCount == 1 && filter.GetElement(0).Name == "$and" ? filter[0].AsBsonArray.Select(static part => part.AsBsonDocument) : [filter];

    private static bool IsOperators(BsonValue value) => value is BsonDocument { ElementCount: > 0 } document && document.GetElement(0).Name.StartsWith('$');

    private static bool TryJoin(BsonDocument joined, BsonElement element)
    {
        if (!joined.TryGetValue(element.Name, out var present))
        {
            joined.Add(new BsonElement(element.Name, element.Value is BsonDocument document ? document.Clone() : element.Value));
            return true;
        }

        // {a: {$gt: 1}} and {a: {$lt: 9}} are one, unless an operator stands in both.
        if (element.Name.StartsWith('$') || !IsOperators(present) || !IsOperators(element.Value)) return false;
        var operators = present.AsBsonDocument;
        if (element.Value.AsBsonDocument.Items.Exists(one => operators.Contains(one.Name))) return false;
        operators.AddRange(element.Value.AsBsonDocument.Items);
        return true;
    }
}
