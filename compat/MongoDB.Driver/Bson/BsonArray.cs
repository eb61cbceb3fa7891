using System.Collections;
using MongoDB.Bson.IO;

namespace MongoDB.Bson;

/// <summary>Values in order.</summary>
public class BsonArray : BsonValue, IList<BsonValue>
{
    private readonly List<BsonValue> _values;

    /// <summary>Empty.</summary>
    public BsonArray() => _values = [];

    /// <summary>Empty, with room.</summary>
    public BsonArray(int capacity) => _values = new(capacity);

    /// <summary>With these values.</summary>
    public BsonArray(IEnumerable<BsonValue> values) : this() => AddRange(values);

    /// <summary>With values of .NET, as <see cref="BsonValue.Create"/>.</summary>
    public BsonArray(IEnumerable values) : this() => AddRange(values);

    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.Array;

    /// <summary>The values.</summary>
    public IEnumerable<BsonValue> Values => _values;

    /// <summary>How many there are.</summary>
    public int Count => _values.Count;

    /// <inheritdoc/>
    public bool IsReadOnly => false;

    /// <summary>The value at a place.</summary>
    public override BsonValue this[int index]
    {
        get => _values[index];
        set => _values[index] = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>Adds at the end.</summary>
    public BsonArray Add(BsonValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _values.Add(value);
        return this;
    }

    /// <summary>Adds at the end.</summary>
    public BsonArray AddRange(IEnumerable<BsonValue> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var value in values) Add(value);
        return this;
    }

    /// <summary>Adds at the end, as <see cref="BsonValue.Create"/>.</summary>
    public BsonArray AddRange(IEnumerable values)
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var value in values) Add(BsonValue.Create(value));
        return this;
    }

    void ICollection<BsonValue>.Add(BsonValue item) => Add(item);

    /// <inheritdoc/>
    public void Clear() => _values.Clear();

    /// <inheritdoc/>
    public bool Contains(BsonValue item) => _values.Contains(item);

    /// <inheritdoc/>
    public void CopyTo(BsonValue[] array, int arrayIndex) => _values.CopyTo(array, arrayIndex);

    /// <inheritdoc/>
    public int IndexOf(BsonValue item) => _values.IndexOf(item);

    /// <inheritdoc/>
    public void Insert(int index, BsonValue item) => _values.Insert(index, item ?? throw new ArgumentNullException(nameof(item)));

    /// <inheritdoc/>
    public bool Remove(BsonValue item) => _values.Remove(item);

    /// <inheritdoc/>
    public void RemoveAt(int index) => _values.RemoveAt(index);

    /// <inheritdoc/>
    public override BsonValue Clone() => new BsonArray((IEnumerable<BsonValue>)_values);

    /// <inheritdoc/>
    public override BsonValue DeepClone()
    {
        var clone = new BsonArray(_values.Count);
        foreach (var value in _values) clone.Add(value.DeepClone());
        return clone;
    }

    /// <inheritdoc/>
    public override bool Equals(BsonValue? other)
    {
        if (other is not BsonArray array || array.Count != Count) return false;
        for (var i = 0; i < Count; i++)
        {
            if (!_values[i].Equals(array._values[i])) return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var value in _values) hash.Add(value);
        return hash.ToHashCode();
    }

    /// <summary>The values between brackets.</summary>
    public override string ToString() => $"[{string.Join(", ", _values)}]";

    /// <inheritdoc/>
    public IEnumerator<BsonValue> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private protected override int CompareSame(BsonValue other)
    {
        var theirs = ((BsonArray)other)._values;
        for (var i = 0; i < Math.Min(Count, theirs.Count); i++)
        {
            if (_values[i].CompareTo(theirs[i]) is var order && order != 0) return order;
        }

        return Count.CompareTo(theirs.Count);
    }

    internal override void WriteTo(BsonBinaryWriter writer)
    {
        writer.WriteStartArray();
        foreach (var value in _values) value.WriteTo(writer);
        writer.WriteEndArray();
    }

    internal static BsonArray ReadFrom(BsonBinaryReader reader)
    {
        var array = new BsonArray();
        reader.ReadStartArray();
        while (reader.ReadBsonType() != BsonType.EndOfDocument) array._values.Add(reader.ReadValue());
        reader.ReadEndArray();
        return array;
    }
}

/// <summary>From objects of .NET to BSON values and back.</summary>
public static class BsonTypeMapper
{
    /// <summary>See <see cref="BsonValue.Create"/>.</summary>
    /// <exception cref="ArgumentException">There is no BSON for its type.</exception>
    public static BsonValue MapToBsonValue(object? value) => value switch
    {
        null => BsonNull.Value,
        BsonValue bson => bson,
        string text => new BsonString(text),
        bool flag => (BsonBoolean)flag,
        int or short or ushort or byte or sbyte => (BsonInt32)Convert.ToInt32(value, null),
        uint or long => new BsonInt64(Convert.ToInt64(value, null)),
        ulong number => new BsonInt64(checked((long)number)),
        float or double => new BsonDouble(Convert.ToDouble(value, null)),
        decimal number => new BsonDecimal128(number),
        Decimal128 number => new BsonDecimal128(number),
        ObjectId id => new BsonObjectId(id),
        DateTime date => new BsonDateTime(date),
        DateTimeOffset date => new BsonDateTime(date.UtcDateTime),
        byte[] bytes => new BsonBinaryData(bytes),
        System.Text.RegularExpressions.Regex regex => new BsonRegularExpression(regex),
        Enum number => Enum.GetUnderlyingType(number.GetType()) == typeof(long)
            ? new BsonInt64(Convert.ToInt64(number, null))
            : (BsonInt32)Convert.ToInt32(number, null),
        IDictionary<string, object> dictionary => new BsonDocument(dictionary),
        IDictionary dictionary when dictionary.Keys.Cast<object>().All(static key => key is string) => FromDictionary(dictionary),
        IEnumerable values => new BsonArray(values),
        _ => throw new ArgumentException($".NET type {value.GetType().FullName} cannot be mapped to a BsonValue.", nameof(value)),
    };

    /// <summary>The plain object for a value: scalars, <see cref="Dictionary{TKey, TValue}"/>, <see cref="List{T}"/>; types that .NET lacks stay as they
    /// are.</summary>
    public static object? MapToDotNetValue(BsonValue value) => value switch
    {
        null or BsonNull => null,
        BsonBoolean flag => flag.Value,
        BsonInt32 number => number.Value,
        BsonInt64 number => number.Value,
        BsonDouble number => number.Value,
        BsonDecimal128 number => number.Value,
        BsonString text => text.Value,
        BsonObjectId id => id.Value,
        BsonDateTime { IsValidDateTime: true } date => date.ToUniversalTime(),
        BsonBinaryData { IsGuid: true, SubType: BsonBinarySubType.UuidStandard } guid => guid.ToGuid(),
        BsonBinaryData { SubType: BsonBinarySubType.Binary } binary => binary.Bytes,
        BsonDocument document => document.ToDictionary(),
        BsonArray array => array.Select(MapToDotNetValue).ToList(),
        _ => value,
    };

    private static BsonDocument FromDictionary(IDictionary dictionary)
    {
        var document = new BsonDocument();
        foreach (DictionaryEntry entry in dictionary) document.Add((string)entry.Key, BsonValue.Create(entry.Value));
        return document;
    }
}
