using System.Collections.Concurrent;
using System.Reflection;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization.Attributes;
using MongoDB.Bson.Serialization.Conventions;

namespace MongoDB.Bson.Serialization;

/// <summary>How values of one type, under one set of attributes, are written and read. Instances are kept for the life of the process.</summary>
internal abstract class Codec
{
    private static readonly ConcurrentDictionary<Type, Codec> Known = new();

    /// <summary>The type of its values.</summary>
    public abstract Type ValueType { get; }

    /// <summary>Of an array's elements or a dictionary's values.</summary>
    public virtual Codec? Item => null;

    public abstract BsonValue ToBsonValue(object? value);

    /// <summary>The element of a class's member.</summary>
    public virtual bool TryGetMember(string memberName, out string elementName, out Codec? codec)
    {
        (elementName, codec) = (memberName, null);
        return false;
    }

    public static Codec For(Type type) => Known.TryGetValue(type, out var codec) ? codec : Known.GetOrAdd(type, static type => Create(type, default));

    /// <summary>As <see cref="For(Type)"/>, with what the member's attributes and the class's conventions say.</summary>
    public static Codec For(Type type, MemberInfo member, List<IConvention> conventions)
    {
        var representation = member.GetCustomAttribute<BsonRepresentationAttribute>()?.Representation
            ?? ((Nullable.GetUnderlyingType(type) ?? type).IsEnum ? conventions.OfType<EnumRepresentationConvention>().LastOrDefault()?.Representation : null);
        var guid = member.GetCustomAttribute<BsonGuidRepresentationAttribute>()?.GuidRepresentation ?? default;
        return representation is null && guid == default ? For(type) : Create(type, new(representation, guid));
    }

    private static Codec Create(Type type, CodecOptions options)
    {
        if (ScalarCodecs.Create(type, options) is { } scalar) return scalar;
        if (typeof(BsonValue).IsAssignableFrom(type)) return Make(typeof(BsonValueCodec<>), [type]);
        if (type == typeof(object)) return new ObjectCodec();
        if (Nullable.GetUnderlyingType(type) is { } underlying) return Make(typeof(NullableCodec<>), [underlying], Create(underlying, options));
        if (type.IsEnum) return Make(typeof(EnumCodec<>), [type], options.Representation ?? BsonType.Int32);
        if (DictionaryValue(type) is { } value) return Make(typeof(DictionaryCodec<,>), [type, value], OfItem(value, options));
        if (SequenceItem(type) is { } item) return Make(typeof(SequenceCodec<,>), [type, item], OfItem(item, options));
        if (options.Representation is { } asked) throw new BsonSerializationException($"{type} cannot be represented as {asked}.");
        if (type.IsAbstract || type.IsInterface || type.IsPointer || type.IsByRefLike || typeof(Delegate).IsAssignableFrom(type) || type.Namespace == "System")
        {
            throw new BsonSerializationException($"No serialization is known for {type}.");
        }

        return Make(typeof(ClassCodec<>), [type]);
    }

    private static Codec OfItem(Type type, CodecOptions options) => options == default ? For(type) : Create(type, options);

    private static Codec Make(Type definition, Type[] arguments, params object[] constructorArguments)
    {
        try
        {
            return (Codec)Activator.CreateInstance(definition.MakeGenericType(arguments), constructorArguments)!;
        }
        catch (TargetInvocationException e) when (e.InnerException is BsonSerializationException inner)
        {
            throw new BsonSerializationException(inner.Message, inner);
        }
    }

    private static Type? DictionaryValue(Type type)
    {
        if (!type.IsGenericType || type.GenericTypeArguments is not [var key, var value] || key != typeof(string)) return null;
        var definition = type.GetGenericTypeDefinition();
        return definition == typeof(Dictionary<,>) || definition == typeof(IDictionary<,>) || definition == typeof(IReadOnlyDictionary<,>) ? value : null;
    }

    private static Type? SequenceItem(Type type)
    {
        if (type.IsSZArray) return type.GetElementType();
        if (!type.IsGenericType || type.GenericTypeArguments is not [var item]) return null;
        var list = typeof(List<>).MakeGenericType(item);
        return type.IsAssignableFrom(list) || type.GetGenericTypeDefinition() == typeof(HashSet<>) || type.GetGenericTypeDefinition() == typeof(ISet<>) ? item
            : null;
    }
}

/// <summary>What attributes say about one member's values.</summary>
internal readonly record struct CodecOptions(BsonType? Representation, GuidRepresentation Guid);

/// <summary>For values of <typeparamref name="T"/>.</summary>
internal abstract class Codec<T> : Codec
{
    private static Codec<T>? s_instance;

    /// <summary>Without attributes.</summary>
    public static Codec<T> Instance => s_instance ??= (Codec<T>)For(typeof(T));

    public override Type ValueType => typeof(T);

    /// <summary>Writes a value whose name has been written; at top level, only what is written as a document.</summary>
    public abstract void Write(BsonBinaryWriter writer, T value);

    /// <summary>Reads the value where the reader stands before it.</summary>
    public abstract T Read(BsonBinaryReader reader);

    /// <summary>Gives an empty id a new value, where the class has one that the driver makes.</summary>
    public virtual void AssignId(T value) { }

    public BsonValue ToBsonValue(T value)
    {
        using var writer = new BsonBinaryWriter();
        writer.WriteStartDocument();
        writer.WriteName("v");
        Write(writer, value);
        writer.WriteEndDocument();
        return BsonDocument.ReadFrom(new BsonBinaryReader(writer.Written)).GetValue(0);
    }

    public sealed override BsonValue ToBsonValue(object? value) => value is null ? BsonNull.Value : ToBsonValue((T)value);

    private protected static FormatException Cannot(BsonBinaryReader reader)
        => new($"Cannot deserialize a '{typeof(T).Name}' from BsonType '{reader.CurrentBsonType}'.");
}

/// <summary>BSON values as they are.</summary>
internal sealed class BsonValueCodec<T> : Codec<T> where T : BsonValue
{
    public override void Write(BsonBinaryWriter writer, T value)
    {
        if (value is null) writer.WriteNull();
        else value.WriteTo(writer);
    }

    public override T Read(BsonBinaryReader reader)
    {
        if (typeof(T) == typeof(RawBsonDocument)) return (T)(BsonValue)new RawBsonDocument(reader.ReadRawDocument().ToArray());
        var type = reader.CurrentBsonType;
        var value = type == BsonType.Document ? BsonDocument.ReadFrom(reader) : reader.ReadValue();
        if (value is BsonNull && typeof(T) != typeof(BsonValue) && typeof(T) != typeof(BsonNull)) return null!;
        return value as T ?? throw new FormatException($"Cannot deserialize a '{typeof(T).Name}' from BsonType '{type}'.");
    }

    public override void AssignId(T value)
    {
        if (value is BsonDocument document and not RawBsonDocument && !document.Contains("_id"))
        {
            document.InsertAt(0, new BsonElement("_id", ObjectId.GenerateNewId()));
        }
    }
}

/// <summary>Members of type object: scalars, dictionaries and lists of them.</summary>
internal sealed class ObjectCodec : Codec<object?>
{
    public override void Write(BsonBinaryWriter writer, object? value) => BsonTypeMapper.MapToBsonValue(value).WriteTo(writer);

    public override object? Read(BsonBinaryReader reader) => BsonTypeMapper.MapToDotNetValue(reader.ReadValue());
}

internal sealed class NullableCodec<T>(Codec<T> inner) : Codec<T?> where T : struct
{
    public override void Write(BsonBinaryWriter writer, T? value)
    {
        if (value is { } some) inner.Write(writer, some);
        else writer.WriteNull();
    }

    public override T? Read(BsonBinaryReader reader)
    {
        if (reader.CurrentBsonType != BsonType.Null) return inner.Read(reader);
        reader.ReadNull();
        return null;
    }
}

internal sealed class EnumCodec<T>(BsonType representation) : Codec<T> where T : struct, Enum
{
    private readonly bool _check = representation is BsonType.Int32 or BsonType.Int64 or BsonType.String
        ? true
        : throw new BsonSerializationException($"{typeof(T)} cannot be represented as {representation}.");

    public override void Write(BsonBinaryWriter writer, T value)
    {
        if (representation == BsonType.String) writer.WriteString(value.ToString());
        else if (representation == BsonType.Int64) writer.WriteInt64(Convert.ToInt64(value, null));
        else writer.WriteInt32(checked((int)Convert.ToInt64(value, null)));
    }

    public override T Read(BsonBinaryReader reader)
    {
        if (_check && reader.CurrentBsonType != BsonType.String) return (T)Enum.ToObject(typeof(T), ScalarCodecs.ReadInt64(reader));
        var text = reader.ReadString();
        return Enum.TryParse<T>(text, out var value) ? value : throw new FormatException($"'{text}' is no {typeof(T).Name}.");
    }
}

internal sealed class SequenceCodec<TSequence, TItem>(Codec<TItem> item) : Codec<TSequence> where TSequence : class, IEnumerable<TItem>
{
    public override Codec Item => item;

    public override void Write(BsonBinaryWriter writer, TSequence value)
    {
        if (value is null)
        {
            writer.WriteNull();
            return;
        }

        writer.WriteStartArray();
        switch (value)
        {
            case TItem[] array:
                foreach (var one in array) item.Write(writer, one);
                break;
            case List<TItem> list:
                foreach (var one in list) item.Write(writer, one);
                break;
            default:
                foreach (var one in value) item.Write(writer, one);
                break;
        }

        writer.WriteEndArray();
    }

    public override TSequence Read(BsonBinaryReader reader)
    {
        if (reader.CurrentBsonType == BsonType.Null)
        {
            reader.ReadNull();
            return null!;
        }

        if (reader.CurrentBsonType != BsonType.Array) throw Cannot(reader);
        var list = new List<TItem>();
        reader.ReadStartArray();
        while (reader.ReadBsonType() != BsonType.EndOfDocument) list.Add(item.Read(reader));
        reader.ReadEndArray();
        if (typeof(TSequence) == typeof(TItem[])) return (TSequence)(object)list.ToArray();
        return list as TSequence ?? (TSequence)(object)new HashSet<TItem>(list);
    }
}

internal sealed class DictionaryCodec<TDictionary, TValue>(Codec<TValue> item) : Codec<TDictionary>
    where TDictionary : class, IEnumerable<KeyValuePair<string, TValue>>
{
    public override Codec Item => item;

    public override void Write(BsonBinaryWriter writer, TDictionary value)
    {
        if (value is null)
        {
            writer.WriteNull();
            return;
        }

        writer.WriteStartDocument();
        foreach (var (name, one) in value)
        {
            writer.WriteName(name);
            item.Write(writer, one);
        }

        writer.WriteEndDocument();
    }

    public override TDictionary Read(BsonBinaryReader reader)
    {
        if (reader.CurrentBsonType == BsonType.Null)
        {
            reader.ReadNull();
            return null!;
        }

        if (reader.CurrentBsonType != BsonType.Document) throw Cannot(reader);
        var dictionary = new Dictionary<string, TValue>(StringComparer.Ordinal);
        reader.ReadStartDocument();
        while (reader.ReadBsonType() != BsonType.EndOfDocument)
        {
            var name = reader.ReadName();
            dictionary[name] = item.Read(reader);
        }

        reader.ReadEndDocument();
        return (TDictionary)(object)dictionary;
    }
}
