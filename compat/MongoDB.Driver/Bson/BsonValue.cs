using System.Text.RegularExpressions;

namespace MongoDB.Bson;

/// <summary>A value of BSON. Scalars are immutable; <see cref="BsonDocument"/> and <see cref="BsonArray"/> are not.</summary>
public abstract class BsonValue : IComparable<BsonValue>, IEquatable<BsonValue>
{
    private protected BsonValue() { }

    /// <summary>The value's type on the wire.</summary>
    public abstract BsonType BsonType { get; }

    /// <summary>The element called <paramref name="name"/> of a document.</summary>
    public virtual BsonValue this[string name]
    {
        get => throw new NotSupportedException($"{GetType().Name} has no elements with names.");
        set => throw new NotSupportedException($"{GetType().Name} has no elements with names.");
    }

    /// <summary>The element at <paramref name="index"/> of an array or document.</summary>
    public virtual BsonValue this[int index]
    {
        get => throw new NotSupportedException($"{GetType().Name} has no elements.");
        set => throw new NotSupportedException($"{GetType().Name} has no elements.");
    }

    /// <summary>The value as bool; as all <c>As...</c> members, another type is an <see cref="InvalidCastException"/>.</summary>
    public bool AsBoolean => Cast<BsonBoolean>().Value;

    /// <summary>The value as Int32.</summary>
    public int AsInt32 => Cast<BsonInt32>().Value;

    /// <summary>The value as Int64.</summary>
    public long AsInt64 => Cast<BsonInt64>().Value;

    /// <summary>The value as double.</summary>
    public double AsDouble => Cast<BsonDouble>().Value;

    /// <summary>The value as Decimal128.</summary>
    public Decimal128 AsDecimal128 => Cast<BsonDecimal128>().Value;

    /// <summary>The value, a Decimal128, as decimal.</summary>
    public decimal AsDecimal => Decimal128.ToDecimal(AsDecimal128);

    /// <summary>The value as string.</summary>
    public string AsString => Cast<BsonString>().Value;

    /// <summary>The value as ObjectId.</summary>
    public ObjectId AsObjectId => Cast<BsonObjectId>().Value;

    /// <summary>The value, binary of a UUID's subtype, as Guid.</summary>
    public Guid AsGuid => Cast<BsonBinaryData>().ToGuid();

    /// <summary>The bytes of a binary value.</summary>
    public byte[] AsByteArray => Cast<BsonBinaryData>().Bytes;

    /// <summary>This, as document.</summary>
    public BsonDocument AsBsonDocument => Cast<BsonDocument>();

    /// <summary>This, as array.</summary>
    public BsonArray AsBsonArray => Cast<BsonArray>();

    /// <summary>This, as binary value.</summary>
    public BsonBinaryData AsBsonBinaryData => Cast<BsonBinaryData>();

    /// <summary>This, as date.</summary>
    public BsonDateTime AsBsonDateTime => Cast<BsonDateTime>();

    /// <summary>This, as timestamp.</summary>
    public BsonTimestamp AsBsonTimestamp => Cast<BsonTimestamp>();

    /// <summary>This, as regular expression.</summary>
    public BsonRegularExpression AsBsonRegularExpression => Cast<BsonRegularExpression>();

    /// <summary>This.</summary>
    public BsonValue AsBsonValue => this;

    /// <summary>The value as Int32, null where it is BSON null.</summary>
    public int? AsNullableInt32 => IsBsonNull ? null : AsInt32;

    /// <summary>The value as Int64, null where it is BSON null.</summary>
    public long? AsNullableInt64 => IsBsonNull ? null : AsInt64;

    /// <summary>The value as double, null where it is BSON null.</summary>
    public double? AsNullableDouble => IsBsonNull ? null : AsDouble;

    /// <summary>The value as bool, null where it is BSON null.</summary>
    public bool? AsNullableBoolean => IsBsonNull ? null : AsBoolean;

    /// <summary>The value as ObjectId, null where it is BSON null.</summary>
    public ObjectId? AsNullableObjectId => IsBsonNull ? null : AsObjectId;

    /// <summary>Whether it is a bool.</summary>
    public bool IsBoolean => BsonType == BsonType.Boolean;

    /// <summary>Whether it is an Int32.</summary>
    public bool IsInt32 => BsonType == BsonType.Int32;

    /// <summary>Whether it is an Int64.</summary>
    public bool IsInt64 => BsonType == BsonType.Int64;

    /// <summary>Whether it is a double.</summary>
    public bool IsDouble => BsonType == BsonType.Double;

    /// <summary>Whether it is a Decimal128.</summary>
    public bool IsDecimal128 => BsonType == BsonType.Decimal128;

    /// <summary>Whether it is a number of any type.</summary>
    public bool IsNumeric => BsonType is BsonType.Int32 or BsonType.Int64 or BsonType.Double or BsonType.Decimal128;

    /// <summary>Whether it is a string.</summary>
    public bool IsString => BsonType == BsonType.String;

    /// <summary>Whether it is an ObjectId.</summary>
    public bool IsObjectId => BsonType == BsonType.ObjectId;

    /// <summary>Whether it is a UUID.</summary>
    public bool IsGuid => this is BsonBinaryData { SubType: BsonBinarySubType.UuidStandard or BsonBinarySubType.UuidLegacy };

    /// <summary>Whether it is binary.</summary>
    public bool IsBsonBinaryData => BsonType == BsonType.Binary;

    /// <summary>Whether it is a document.</summary>
    public bool IsBsonDocument => BsonType == BsonType.Document;

    /// <summary>Whether it is an array.</summary>
    public bool IsBsonArray => BsonType == BsonType.Array;

    /// <summary>Whether it is null.</summary>
    public bool IsBsonNull => BsonType == BsonType.Null;

    /// <summary>Whether it is a date.</summary>
    public bool IsBsonDateTime => BsonType == BsonType.DateTime;

    /// <summary>Whether it is a date that <see cref="DateTime"/> can hold.</summary>
    public virtual bool IsValidDateTime => false;

    /// <summary>Whether it is a timestamp.</summary>
    public bool IsBsonTimestamp => BsonType == BsonType.Timestamp;

    /// <summary>Whether it is a regular expression.</summary>
    public bool IsBsonRegularExpression => BsonType == BsonType.RegularExpression;

    /// <summary>Whether it is undefined.</summary>
    public bool IsBsonUndefined => BsonType == BsonType.Undefined;

    /// <summary>A value for an object of .NET: null, a <see cref="BsonValue"/>, a scalar, a dictionary with string keys or a sequence.</summary>
    /// <exception cref="ArgumentException">There is no BSON for its type.</exception>
    public static BsonValue Create(object? value) => BsonTypeMapper.MapToBsonValue(value);

    /// <summary>True unless false, zero, NaN, null, undefined or an empty string.</summary>
    public virtual bool ToBoolean() => true;

    /// <summary>A number as Int32, toward zero; also from a string of digits.</summary>
    public virtual int ToInt32() => throw NoConversion(nameof(Int32));

    /// <summary>A number as Int64, toward zero; also from a string of digits.</summary>
    public virtual long ToInt64() => throw NoConversion(nameof(Int64));

    /// <summary>A number as double; also from a string.</summary>
    public virtual double ToDouble() => throw NoConversion(nameof(Double));

    /// <summary>A number as decimal; also from a string.</summary>
    public virtual decimal ToDecimal() => throw NoConversion(nameof(Decimal));

    /// <summary>A number as Decimal128.</summary>
    public virtual Decimal128 ToDecimal128() => throw NoConversion(nameof(Decimal128));

    /// <summary>A date in UTC.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The date is beyond <see cref="DateTime"/>.</exception>
    public virtual DateTime ToUniversalTime() => throw NoConversion(nameof(DateTime));

    /// <summary>A date in the machine's time.</summary>
    public DateTime ToLocalTime() => ToUniversalTime().ToLocalTime();

    /// <summary>A copy that shares nothing that can change.</summary>
    public virtual BsonValue DeepClone() => this;

    /// <summary>A copy that shares its elements' values.</summary>
    public virtual BsonValue Clone() => this;

    /// <summary>In BSON's order over types (numbers by value), then within the type. Null is below all.</summary>
    public int CompareTo(BsonValue? other)
    {
        if (other is null) return 1;
        var order = TypeOrder(BsonType).CompareTo(TypeOrder(other.BsonType));
        return order != 0 ? order : CompareSame(other);
    }

    /// <summary>Same type and value; documents with the same elements in the same order.</summary>
    public virtual bool Equals(BsonValue? other) => other is not null && BsonType == other.BsonType && CompareSame(other) == 0;

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => obj is BsonValue other && Equals(other);

    /// <inheritdoc/>
    public abstract override int GetHashCode();

    private protected abstract int CompareSame(BsonValue other);

    /// <summary>Writes the value; an element's name has been given where one is due.</summary>
    internal abstract void WriteTo(IO.BsonBinaryWriter writer);

    private protected FormatException NoConversion(string target) => new($"{GetType().Name} is not convertible to {target}.");

    private T Cast<T>() where T : BsonValue
        => this as T ?? throw new InvalidCastException($"Unable to cast object of type '{GetType()}' to type '{typeof(T)}'.");

    private static int TypeOrder(BsonType type) => type switch
    {
        BsonType.MinKey => 0,
        BsonType.Undefined => 1,
        BsonType.Null => 2,
        BsonType.Int32 or BsonType.Int64 or BsonType.Double or BsonType.Decimal128 => 3,
        BsonType.String or BsonType.Symbol => 4,
        BsonType.Document => 5,
        BsonType.Array => 6,
        BsonType.Binary => 7,
        BsonType.ObjectId => 8,
        BsonType.Boolean => 9,
        BsonType.DateTime => 10,
        BsonType.Timestamp => 11,
        BsonType.RegularExpression => 12,
        BsonLimits.DbPointer => 13,
        BsonType.JavaScript => 14,
        BsonType.JavaScriptWithScope => 15,
        _ => 16,
    };

    /// <summary>Same value; numbers are equal over types.</summary>
    public static bool operator ==(BsonValue? lhs, BsonValue? rhs)
        => ReferenceEquals(lhs, rhs) || (lhs is not null && rhs is not null && (lhs.IsNumeric && rhs.IsNumeric ? lhs.CompareTo(rhs) == 0 : lhs.Equals(rhs)));

    /// <summary>Other value.</summary>
    public static bool operator !=(BsonValue? lhs, BsonValue? rhs) => !(lhs == rhs);

    /// <summary>In BSON's order.</summary>
    public static bool operator <(BsonValue? lhs, BsonValue? rhs) => Comparer<BsonValue>.Default.Compare(lhs, rhs) < 0;

    /// <summary>In BSON's order.</summary>
    public static bool operator >(BsonValue? lhs, BsonValue? rhs) => Comparer<BsonValue>.Default.Compare(lhs, rhs) > 0;

    /// <summary>In BSON's order.</summary>
    public static bool operator <=(BsonValue? lhs, BsonValue? rhs) => Comparer<BsonValue>.Default.Compare(lhs, rhs) <= 0;

    /// <summary>In BSON's order.</summary>
    public static bool operator >=(BsonValue? lhs, BsonValue? rhs) => Comparer<BsonValue>.Default.Compare(lhs, rhs) >= 0;

    /// <summary>A BSON bool.</summary>
    public static implicit operator BsonValue(bool value) => (BsonBoolean)value;

    /// <summary>A BSON bool or null.</summary>
    public static implicit operator BsonValue(bool? value) => value is { } v ? (BsonBoolean)v : BsonNull.Value;

    /// <summary>A BSON Int32.</summary>
    public static implicit operator BsonValue(int value) => (BsonInt32)value;

    /// <summary>A BSON Int32 or null.</summary>
    public static implicit operator BsonValue(int? value) => value is { } v ? (BsonInt32)v : BsonNull.Value;

    /// <summary>A BSON Int64.</summary>
    public static implicit operator BsonValue(long value) => new BsonInt64(value);

    /// <summary>A BSON Int64 or null.</summary>
    public static implicit operator BsonValue(long? value) => value is { } v ? new BsonInt64(v) : BsonNull.Value;

    /// <summary>A BSON double.</summary>
    public static implicit operator BsonValue(double value) => new BsonDouble(value);

    /// <summary>A BSON double or null.</summary>
    public static implicit operator BsonValue(double? value) => value is { } v ? new BsonDouble(v) : BsonNull.Value;

    /// <summary>A BSON Decimal128.</summary>
    public static implicit operator BsonValue(decimal value) => new BsonDecimal128(value);

    /// <summary>A BSON Decimal128 or null.</summary>
    public static implicit operator BsonValue(decimal? value) => value is { } v ? new BsonDecimal128(v) : BsonNull.Value;

    /// <summary>A BSON Decimal128.</summary>
    public static implicit operator BsonValue(Decimal128 value) => new BsonDecimal128(value);

    /// <summary>A BSON Decimal128 or null.</summary>
    public static implicit operator BsonValue(Decimal128? value) => value is { } v ? new BsonDecimal128(v) : BsonNull.Value;

    /// <summary>A BSON string; null stays a null reference.</summary>
    public static implicit operator BsonValue(string value) => value is null ? null! : new BsonString(value);

    /// <summary>BSON binary of the general subtype; null stays a null reference.</summary>
    public static implicit operator BsonValue(byte[] value) => value is null ? null! : new BsonBinaryData(value);

    /// <summary>A BSON date, cut to milliseconds.</summary>
    public static implicit operator BsonValue(DateTime value) => new BsonDateTime(value);

    /// <summary>A BSON date or null.</summary>
    public static implicit operator BsonValue(DateTime? value) => value is { } v ? new BsonDateTime(v) : BsonNull.Value;

    /// <summary>A BSON ObjectId.</summary>
    public static implicit operator BsonValue(ObjectId value) => new BsonObjectId(value);

    /// <summary>A BSON ObjectId or null.</summary>
    public static implicit operator BsonValue(ObjectId? value) => value is { } v ? new BsonObjectId(v) : BsonNull.Value;

    /// <summary>An enumeration's number.</summary>
    public static implicit operator BsonValue(Enum value) => BsonTypeMapper.MapToBsonValue(value);

    /// <summary>A BSON regular expression; null stays a null reference.</summary>
    public static implicit operator BsonValue(Regex value) => value is null ? null! : new BsonRegularExpression(value);

    /// <summary>As <see cref="AsBoolean"/>.</summary>
    public static explicit operator bool(BsonValue value) => NotNull(value).AsBoolean;

    /// <summary>As <see cref="AsInt32"/>.</summary>
    public static explicit operator int(BsonValue value) => NotNull(value).AsInt32;

    /// <summary>As <see cref="AsInt64"/>.</summary>
    public static explicit operator long(BsonValue value) => NotNull(value).AsInt64;

    /// <summary>As <see cref="AsDouble"/>.</summary>
    public static explicit operator double(BsonValue value) => NotNull(value).AsDouble;

    /// <summary>As <see cref="AsDecimal"/>.</summary>
    public static explicit operator decimal(BsonValue value) => NotNull(value).AsDecimal;

    /// <summary>As <see cref="AsString"/>, null for null.</summary>
    public static explicit operator string?(BsonValue? value) => value is null or BsonNull ? null : value.AsString;

    /// <summary>As <see cref="AsObjectId"/>.</summary>
    public static explicit operator ObjectId(BsonValue value) => NotNull(value).AsObjectId;

    /// <summary>As <see cref="ToUniversalTime"/>.</summary>
    public static explicit operator DateTime(BsonValue value) => NotNull(value).ToUniversalTime();

    private static BsonValue NotNull(BsonValue? value) => value ?? throw new InvalidCastException("Cannot cast a null BsonValue.");
}
