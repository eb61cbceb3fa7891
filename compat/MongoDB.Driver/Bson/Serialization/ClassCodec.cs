using System.Linq.Expressions;
using System.Reflection;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization.Attributes;
using MongoDB.Bson.Serialization.Conventions;

namespace MongoDB.Bson.Serialization;

/// <summary>One member of a mapped class.</summary>
internal sealed record ClassMember(MemberInfo Member, Type Type, string ElementName, byte[] ElementNameUtf8, Codec Codec, WriteRule Rule, bool IsId, int Order);

/// <summary>When a member is not written.</summary>
internal enum WriteRule
{
    Always,
    NotNull,
    NotDefault,
}

/// <summary>
/// Classes and records by their public properties and fields. Writing and reading are compiled to one method each, at the first use, so that types may refer
/// to themselves; reading looks for the elements in the members' order first.
/// </summary>
internal sealed class ClassCodec<T> : Codec<T>
{
    private readonly Lazy<ClassMember[]> _members;
    private readonly Lazy<Action<BsonBinaryWriter, T>> _write;
    private readonly Lazy<Func<BsonBinaryReader, T>> _read;
    private readonly Lazy<Action<T>?> _assignId;
    private bool _ignoreExtraElements;

    public ClassCodec()
    {
        _members = new(FindMembers);
        _write = new(CompileWrite);
        _read = new(CompileRead);
        _assignId = new(CompileAssignId);
    }

    public override void Write(BsonBinaryWriter writer, T value)
    {
        if (value is null) writer.WriteNull();
        else _write.Value(writer, value);
    }

    public override T Read(BsonBinaryReader reader)
    {
        if (reader.CurrentBsonType == BsonType.Null)
        {
            reader.ReadNull();
            return default!;
        }

        if (reader.CurrentBsonType != BsonType.Document) throw Cannot(reader);
        return _read.Value(reader);
    }

    public override void AssignId(T value) => _assignId.Value?.Invoke(value);

    public override bool TryGetMember(string memberName, out string elementName, out Codec? codec)
    {
        foreach (var member in _members.Value)
        {
            if (member.Member.Name != memberName) continue;
            (elementName, codec) = (member.ElementName, member.Codec);
            return true;
        }

        return base.TryGetMember(memberName, out elementName, out codec);
    }

    private ClassMember[] FindMembers()
    {
        var conventions = ConventionRegistry.For(typeof(T));
        _ignoreExtraElements = typeof(T).GetCustomAttribute<BsonIgnoreExtraElementsAttribute>(inherit: true)?.IgnoreExtraElements
            ?? conventions.OfType<IgnoreExtraElementsConvention>().LastOrDefault()?.Value ?? false;
        var parameters = Constructor()?.GetParameters() ?? [];
        var candidates = Candidates(parameters);
        var id = candidates.Find(static member => member.IsDefined(typeof(BsonIdAttribute), true))
            ?? candidates.Find(static member => member.Name is "Id" or "id" or "_id");
        var members = candidates.ConvertAll(member => Describe(member, member == id, conventions));
        if (members.GroupBy(static member => member.ElementName).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw new BsonSerializationException($"Two members of {typeof(T)} are called '{twice.Key}' in BSON.");
        }

        return [.. members.OrderBy(static member => member.Order)];
    }

    private static List<MemberInfo> Candidates(ParameterInfo[] parameters)
    {
        var found = new List<MemberInfo>();
        for (var type = typeof(T); type is not null && type != typeof(object) && type != typeof(ValueType); type = type.BaseType)
        {
            const BindingFlags Public = BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly;
            var own = new List<MemberInfo>();
            foreach (var property in type.GetProperties(Public))
            {
                var settable = property.SetMethod is { IsPublic: true }
                    || Array.Exists(parameters, parameter => string.Equals(parameter.Name, property.Name, StringComparison.OrdinalIgnoreCase));
                if (property.GetMethod is { IsPublic: true } && settable && property.GetIndexParameters().Length == 0) own.Add(property);
            }

            own.AddRange(type.GetFields(Public).Where(static field => !field.IsInitOnly));
            own.RemoveAll(member => member.IsDefined(typeof(BsonIgnoreAttribute), true) || found.Exists(other => other.Name == member.Name));
            found.InsertRange(0, own);
        }

        return found;
    }

    private static ClassMember Describe(MemberInfo member, bool isId, List<IConvention> conventions)
    {
        var type = member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType;
        var attribute = member.GetCustomAttribute<BsonElementAttribute>();
        var name = isId ? "_id" : attribute?.ElementName
            ?? (conventions.OfType<CamelCaseElementNameConvention>().Any() ? char.ToLowerInvariant(member.Name[0]) + member.Name[1..] : member.Name);
        var ifNull = member.GetCustomAttribute<BsonIgnoreIfNullAttribute>()?.Value ?? conventions.OfType<IgnoreIfNullConvention>().LastOrDefault()?.Value
            ?? false;
        var ifDefault = member.GetCustomAttribute<BsonIgnoreIfDefaultAttribute>()?.Value
            ?? conventions.OfType<IgnoreIfDefaultConvention>().LastOrDefault()?.Value ?? false;
        var rule = ifDefault ? WriteRule.NotDefault : ifNull ? WriteRule.NotNull : WriteRule.Always;
        // The id comes first, so that a server need not move it there.
        var order = isId ? int.MinValue : attribute?.Order ?? int.MaxValue;
        return new(member, type, name, BsonBinaryWriter.EncodeName(name), For(type, member, conventions), rule, isId, order);
    }

    private static ConstructorInfo? Constructor()
    {
        var constructors = typeof(T).GetConstructors();
        var marked = Array.Find(constructors, static constructor => constructor.IsDefined(typeof(BsonConstructorAttribute)));
        if (marked is not null) return marked;
        if (typeof(T).IsValueType && constructors.Length == 0) return null;
        return Array.Find(constructors, static constructor => constructor.GetParameters().Length == 0)
            ?? constructors.OrderByDescending(static constructor => constructor.GetParameters().Length).FirstOrDefault(static constructor =>
                Array.TrueForAll(constructor.GetParameters(), static parameter => typeof(T).GetMember(
                    parameter.Name!, BindingFlags.Instance | BindingFlags.Public | BindingFlags.IgnoreCase).Length > 0))
            ?? (typeof(T).IsValueType ? null : throw new BsonSerializationException($"{typeof(T)} has no public constructor whose parameters are members."));
    }

    private Action<BsonBinaryWriter, T> CompileWrite()
    {
        var writer = Expression.Parameter(typeof(BsonBinaryWriter));
        var value = Expression.Parameter(typeof(T));
        var body = new List<Expression> { Expression.Call(writer, nameof(BsonBinaryWriter.WriteStartDocument), null) };
        foreach (var member in _members.Value)
        {
            body.Add(Expression.Call(
                typeof(ClassCodec<T>).GetMethod(nameof(WriteMember), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(member.Type),
                writer,
                Expression.Constant(member.ElementNameUtf8),
                Expression.Constant(member.Codec, typeof(Codec<>).MakeGenericType(member.Type)),
                Expression.Constant(member.Rule),
                Expression.MakeMemberAccess(value, member.Member)));
        }

        body.Add(Expression.Call(writer, nameof(BsonBinaryWriter.WriteEndDocument), null));
        return Expression.Lambda<Action<BsonBinaryWriter, T>>(Expression.Block(body), writer, value).Compile();
    }

    private static void WriteMember<TValue>(BsonBinaryWriter writer, byte[] name, Codec<TValue> codec, WriteRule rule, TValue value)
    {
        if (rule != WriteRule.Always && (rule == WriteRule.NotNull ? value is null : EqualityComparer<TValue>.Default.Equals(value, default))) return;
        writer.WriteName(name);
        codec.Write(writer, value);
    }

    // T Read(reader) { locals;
    // while ((i = Next(reader, i)) >= 0) switch (i) { case n: value_n = codec_n.Read(reader); seen_n = true; } return new T(...) { ... }; }
    private Func<BsonBinaryReader, T> CompileRead()
    {
        var members = _members.Value;
        var constructor = Constructor();
        var parameters = constructor?.GetParameters() ?? [];
        var reader = Expression.Parameter(typeof(BsonBinaryReader));
        var index = Expression.Variable(typeof(int));
        var result = Expression.Variable(typeof(T));
        var values = Array.ConvertAll(members, static member => Expression.Variable(member.Type));
        var seen = Array.ConvertAll(members, static _ => Expression.Variable(typeof(bool)));
        var places = Array.ConvertAll(parameters, parameter => PlaceOf(members, parameter));
        var body = new List<Expression> { Expression.Assign(index, Expression.Constant(-1)) };
        for (var i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].HasDefaultValue && parameters[i].DefaultValue is { } given)
            {
                body.Add(Expression.Assign(values[places[i]], Expression.Convert(Expression.Constant(given), values[places[i]].Type)));
            }
        }

        body.Add(Expression.Call(reader, nameof(BsonBinaryReader.ReadStartDocument), null));
        body.Add(ReadLoop(reader, index, values, seen));
        body.Add(Expression.Call(reader, nameof(BsonBinaryReader.ReadEndDocument), null));
        for (var i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].HasDefaultValue) continue;
            var missing = Expression.Call(typeof(ClassCodec<T>), nameof(Missing), null, Expression.Constant(members[places[i]].ElementName));
            body.Add(Expression.IfThen(Expression.Not(seen[places[i]]), Expression.Throw(missing)));
        }

        body.Add(Expression.Assign(result, constructor is null ? Expression.Default(typeof(T))
            : Expression.New(constructor, places.Select(place => values[place]))));
        for (var i = 0; i < members.Length; i++)
        {
            if (places.Contains(i)) continue;
            body.Add(Expression.IfThen(seen[i], Expression.Assign(Expression.MakeMemberAccess(result, members[i].Member), values[i])));
        }

        body.Add(result);
        return Expression.Lambda<Func<BsonBinaryReader, T>>(Expression.Block([index, result, .. values, .. seen], body), reader).Compile();
    }

    private LoopExpression ReadLoop(ParameterExpression reader, ParameterExpression index, ParameterExpression[] values, ParameterExpression[] seen)
    {
        var members = _members.Value;
        var done = Expression.Label();
        var next = Expression.Assign(index, Expression.Call(Expression.Constant(this), nameof(Next), null, reader, index));
        var leave = Expression.IfThen(Expression.LessThan(next, Expression.Constant(0)), Expression.Break(done));
        if (members.Length == 0) return Expression.Loop(leave, done);
        var cases = new SwitchCase[members.Length];
        for (var i = 0; i < members.Length; i++)
        {
            var codec = Expression.Constant(members[i].Codec, typeof(Codec<>).MakeGenericType(members[i].Type));
            var read = Expression.Call(typeof(ClassCodec<T>), nameof(ReadMember), [members[i].Type], reader, codec);
            cases[i] = Expression.SwitchCase(
                Expression.Block(typeof(void), Expression.Assign(values[i], read), Expression.Assign(seen[i], Expression.Constant(true))),
                    Expression.Constant(i));
        }

        return Expression.Loop(Expression.Block(leave, Expression.Switch(index, cases)), done);
    }

    /// <summary>The member of the next element that has one; -1 at the document's end.</summary>
    private int Next(BsonBinaryReader reader, int last)
    {
        var members = _members.Value;
        while (reader.ReadBsonType() != BsonType.EndOfDocument)
        {
            var name = reader.NameUtf8;
            if (last + 1 < members.Length && name.SequenceEqual(members[last + 1].ElementNameUtf8)) return last + 1;
            for (var i = 0; i < members.Length; i++)
            {
                if (name.SequenceEqual(members[i].ElementNameUtf8)) return i;
            }

            if (!_ignoreExtraElements)
            {
                throw new FormatException($"Element '{reader.ReadName()}' does not match any field or property of class {typeof(T).FullName}.");
            }

            reader.SkipValue();
        }

        return -1;
    }

    private static TValue ReadMember<TValue>(BsonBinaryReader reader, Codec<TValue> codec)
    {
        try
        {
            return codec.Read(reader);
        }
        catch (Exception e) when (e is FormatException { InnerException: null } or OverflowException or ArgumentException or InvalidOperationException)
        {
            throw new FormatException($"An error occurred while deserializing the element {reader.ReadName()} of class {typeof(T).FullName}: {e.Message}", e);
        }
    }

    private static int PlaceOf(ClassMember[] members, ParameterInfo parameter)
    {
        var at = Array.FindIndex(members, member => string.Equals(member.Member.Name, parameter.Name, StringComparison.OrdinalIgnoreCase));
        return at >= 0 && members[at].Type == parameter.ParameterType
            ? at
            : throw new BsonSerializationException($"The constructor's parameter {parameter.Name} of {typeof(T)} has no member of its type.");
    }

    private static FormatException Missing(string element)
        => new($"No matching creator found for class {typeof(T).FullName}"
            + $": the document has no element '{element}', and the constructor's parameter no default.");

    private Action<T>? CompileAssignId()
    {
        var id = Array.Find(_members.Value, static member => member.IsId);
        if (id?.Member is not PropertyInfo { SetMethod: not null } || typeof(T).IsValueType) return null;
        var value = Expression.Parameter(typeof(T));
        var member = Expression.MakeMemberAccess(value, id.Member);
        if (id.Type == typeof(ObjectId))
        {
            var make = Expression.Call(typeof(ObjectId), nameof(ObjectId.GenerateNewId), null);
            return Expression.Lambda<Action<T>>(
                Expression.IfThen(Expression.Equal(member, Expression.Default(typeof(ObjectId))), Expression.Assign(member, make)), value).Compile();
        }

        if (id.Type != typeof(string) || id.Member.GetCustomAttribute<BsonRepresentationAttribute>()?.Representation != BsonType.ObjectId) return null;
        var text = Expression.Call(typeof(ClassCodec<T>), nameof(NewIdText), null);
        return Expression.Lambda<Action<T>>(
            Expression.IfThen(Expression.Equal(member, Expression.Constant(null, typeof(string))), Expression.Assign(member, text)), value).Compile();
    }

    private static string NewIdText() => ObjectId.GenerateNewId().ToString();
}
