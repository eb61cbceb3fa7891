using System.Globalization;
using System.Text.RegularExpressions;
using MongoDB.Bson.IO;

namespace MongoDB.Bson;

/// <summary>True or false.</summary>
public sealed class BsonBoolean(bool value) : BsonValue
{
    /// <summary>True.</summary>
    public static BsonBoolean True { get; } = new(true);

    /// <summary>False.</summary>
    public static BsonBoolean False { get; } = new(false);

    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.Boolean;

    /// <summary>The value.</summary>
    public bool Value { get; } = value;

    /// <inheritdoc/>
    public override bool ToBoolean() => Value;

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => Value ? "true" : "false";

    private protected override int CompareSame(BsonValue other) => Value.CompareTo(((BsonBoolean)other).Value);

    internal override void WriteTo(BsonBinaryWriter writer) => writer.WriteBoolean(Value);

    /// <summary>One of the two.</summary>
    public static implicit operator BsonBoolean(bool value) => value ? True : False;
}

/// <summary>A number of any type; equal by value over the types.</summary>
public abstract class BsonNumber : BsonValue
{
    private protected BsonNumber() { }

    /// <inheritdoc/>
    public sealed override int GetHashCode() => ToDouble().GetHashCode();

    private protected sealed override int CompareSame(BsonValue other) => (this, other) switch
    {
        (BsonInt32 or BsonInt64, BsonInt32 or BsonInt64) => ToInt64().CompareTo(other.ToInt64()),
        (BsonDecimal128, _) or (_, BsonDecimal128) or (BsonInt64, _) or (_, BsonInt64) => ToDecimal128().CompareTo(other.ToDecimal128()),
        _ => ToDouble().CompareTo(other.ToDouble()),
    };
}

/// <summary>A 32-bit integer.</summary>
public sealed class BsonInt32(int value) : BsonNumber
{
    private const int CacheMin = -1, CacheMax = 100;
    private static readonly BsonInt32[] Cache = [.. Enumerable.Range(CacheMin, CacheMax - CacheMin + 1).Select(static i => new BsonInt32(i))];

    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.Int32;

    /// <summary>The value.</summary>
    public int Value { get; } = value;

    /// <inheritdoc/>
    public override bool ToBoolean() => Value != 0;

    /// <inheritdoc/>
    public override int ToInt32() => Value;

    /// <inheritdoc/>
    public override long ToInt64() => Value;

    /// <inheritdoc/>
    public override double ToDouble() => Value;

    /// <inheritdoc/>
    public override decimal ToDecimal() => Value;

    /// <inheritdoc/>
    public override Decimal128 ToDecimal128() => Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    internal override void WriteTo(BsonBinaryWriter writer) => writer.WriteInt32(Value);

    /// <summary>A BSON Int32.</summary>
    public static implicit operator BsonInt32(int value) => value is >= CacheMin and <= CacheMax ? Cache[value - CacheMin] : new BsonInt32(value);
}

/// <summary>A 64-bit integer.</summary>
public sealed class BsonInt64(long value) : BsonNumber
{
    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.Int64;

    /// <summary>The value.</summary>
    public long Value { get; } = value;

    /// <inheritdoc/>
    public override bool ToBoolean() => Value != 0;

    /// <inheritdoc/>
    public override int ToInt32() => checked((int)Value);

    /// <inheritdoc/>
    public override long ToInt64() => Value;

    /// <inheritdoc/>
    public override double ToDouble() => Value;

    /// <inheritdoc/>
    public override decimal ToDecimal() => Value;

    /// <inheritdoc/>
    public override Decimal128 ToDecimal128() => Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    internal override void WriteTo(BsonBinaryWriter writer) => writer.WriteInt64(Value);

    /// <summary>A BSON Int64.</summary>
    public static implicit operator BsonInt64(long value) => new(value);
}

/// <summary>A double.</summary>
public sealed class BsonDouble(double value) : BsonNumber
{
    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.Double;

    /// <summary>The value.</summary>
    public double Value { get; } = value;

    /// <inheritdoc/>
    public override bool ToBoolean() => !double.IsNaN(Value) && Value != 0;

    /// <inheritdoc/>
    public override int ToInt32() => checked((int)Value);

    /// <inheritdoc/>
    public override long ToInt64() => checked((long)Value);

    /// <inheritdoc/>
    public override double ToDouble() => Value;

    /// <inheritdoc/>
    public override decimal ToDecimal() => (decimal)Value;

    /// <inheritdoc/>
    public override Decimal128 ToDecimal128() => new(Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("R", CultureInfo.InvariantCulture);

    internal override void WriteTo(BsonBinaryWriter writer) => writer.WriteDouble(Value);

    /// <summary>A BSON double.</summary>
    public static implicit operator BsonDouble(double value) => new(value);
}

/// <summary>A decimal of 34 digits.</summary>
public sealed class BsonDecimal128(Decimal128 value) : BsonNumber
{
    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.Decimal128;

    /// <summary>The value.</summary>
    public Decimal128 Value { get; } = value;

    /// <inheritdoc/>
    public override bool ToBoolean() => !Decimal128.IsNaN(Value) && Value != Decimal128.Zero;

    /// <inheritdoc/>
    public override int ToInt32() => checked((int)Decimal128.ToInt64(Value));

    /// <inheritdoc/>
    public override long ToInt64() => Decimal128.ToInt64(Value);

    /// <inheritdoc/>
    public override double ToDouble() => Decimal128.ToDouble(Value);

    /// <inheritdoc/>
    public override decimal ToDecimal() => Decimal128.ToDecimal(Value);

    /// <inheritdoc/>
    public override Decimal128 ToDecimal128() => Value;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();

    internal override void WriteTo(BsonBinaryWriter writer) => writer.WriteDecimal128(Value);
}

/// <summary>Text.</summary>
public sealed class BsonString(string value) : BsonValue
{
    /// <summary>The empty string.</summary>
    public static BsonString Empty { get; } = new("");

    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.String;

    /// <summary>The value.</summary>
    public string Value { get; } = value ?? throw new ArgumentNullException(nameof(value));

    /// <inheritdoc/>
    public override bool ToBoolean() => Value.Length > 0;

    /// <inheritdoc/>
    public override int ToInt32() => int.Parse(Value, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override long ToInt64() => long.Parse(Value, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override double ToDouble() => double.Parse(Value, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override decimal ToDecimal() => decimal.Parse(Value, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Value;

    private protected override int CompareSame(BsonValue other)
        => string.CompareOrdinal(Value, other is BsonSymbol symbol ? symbol.Name : ((BsonString)other).Value);

    internal override void WriteTo(BsonBinaryWriter writer) => writer.WriteString(Value);

    /// <summary>A BSON string.</summary>
    public static implicit operator BsonString(string value) => value is null ? null! : new(value);
}

/// <summary>A symbol; deprecated by BSON.</summary>
public sealed class BsonSymbol(string name) : BsonValue
{
    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.Symbol;

    /// <summary>The text.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private protected override int CompareSame(BsonValue other)
        => string.CompareOrdinal(Name, other is BsonString text ? text.Value : ((BsonSymbol)other).Name);

    internal override void WriteTo(BsonBinaryWriter writer) => writer.WriteSymbol(Name);
}

/// <summary>A type that has one value.</summary>
public abstract class BsonSingleton : BsonValue
{
    private protected BsonSingleton() { }

    /// <inheritdoc/>
    public sealed override int GetHashCode() => (int)BsonType;

    /// <inheritdoc/>
    public sealed override string ToString() => "Bson" + BsonType;

    private protected sealed override int CompareSame(BsonValue other) => 0;

    internal sealed override void WriteTo(BsonBinaryWriter writer) => writer.WriteSingleton(BsonType);
}

/// <summary>No value.</summary>
public sealed class BsonNull : BsonSingleton
{
    private BsonNull() { }

    /// <summary>The one.</summary>
    public static BsonNull Value { get; } = new();

    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.Null;

    /// <inheritdoc/>
    public override bool ToBoolean() => false;
}

/// <summary>Undefined; deprecated by BSON.</summary>
public sealed class BsonUndefined : BsonSingleton
{
    private BsonUndefined() { }

    /// <summary>The one.</summary>
    public static BsonUndefined Value { get; } = new();

    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.Undefined;

    /// <inheritdoc/>
    public override bool ToBoolean() => false;
}

/// <summary>Below all values.</summary>
public sealed class BsonMinKey : BsonSingleton
{
    private BsonMinKey() { }

    /// <summary>The one.</summary>
    public static BsonMinKey Value { get; } = new();

    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.MinKey;
}

/// <summary>Above all values.</summary>
public sealed class BsonMaxKey : BsonSingleton
{
    private BsonMaxKey() { }

    /// <summary>The one.</summary>
    public static BsonMaxKey Value { get; } = new();

    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.MaxKey;
}

/// <summary>Milliseconds since 1970 in UTC.</summary>
public sealed class BsonDateTime(long millisecondsSinceEpoch) : BsonValue
{
    /// <summary>Cut to milliseconds; a local time is converted to UTC first.</summary>
    public BsonDateTime(DateTime value) : this(ToMilliseconds(value)) { }

    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.DateTime;

    /// <summary>Milliseconds since 1970.</summary>
    public long MillisecondsSinceEpoch { get; } = millisecondsSinceEpoch;

    /// <summary>Whether <see cref="DateTime"/> can hold it.</summary>
    public override bool IsValidDateTime => MillisecondsSinceEpoch >= BsonConstants.DateTimeMinValueMillisecondsSinceEpoch
        && MillisecondsSinceEpoch <= BsonConstants.DateTimeMaxValueMillisecondsSinceEpoch;

    /// <inheritdoc/>
    public override DateTime ToUniversalTime() => FromMilliseconds(MillisecondsSinceEpoch);

    /// <inheritdoc/>
    public override int GetHashCode() => MillisecondsSinceEpoch.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => IsValidDateTime
        ? ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture)
        : MillisecondsSinceEpoch.ToString(CultureInfo.InvariantCulture);

    private protected override int CompareSame(BsonValue other) => MillisecondsSinceEpoch.CompareTo(((BsonDateTime)other).MillisecondsSinceEpoch);

    internal override void WriteTo(BsonBinaryWriter writer) => writer.WriteDateTime(MillisecondsSinceEpoch);

    internal static long ToMilliseconds(DateTime value)
    {
        var utc = value.Kind == DateTimeKind.Local ? value.ToUniversalTime() : value;
        return (utc.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond;
    }

    internal static DateTime FromMilliseconds(long milliseconds)
    {
        if (milliseconds < BsonConstants.DateTimeMinValueMillisecondsSinceEpoch || milliseconds > BsonConstants.DateTimeMaxValueMillisecondsSinceEpoch)
        {
            throw new ArgumentOutOfRangeException(nameof(milliseconds), milliseconds, "The date is beyond the range of DateTime.");
        }

        return milliseconds == BsonConstants.DateTimeMaxValueMillisecondsSinceEpoch
            ? DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc)
            : new DateTime(DateTime.UnixEpoch.Ticks + milliseconds * TimeSpan.TicksPerMillisecond, DateTimeKind.Utc);
    }
}

/// <summary>The server's replication clock.</summary>
public sealed class BsonTimestamp(long value) : BsonValue
{
    /// <summary>From its two halves.</summary>
    public BsonTimestamp(int timestamp, int increment) : this((long)timestamp << 32 | (uint)increment) { }

    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.Timestamp;

    /// <summary>Both halves, seconds above.</summary>
    public long Value { get; } = value;

    /// <summary>Seconds since 1970.</summary>
    public int Timestamp => (int)(Value >> 32);

    /// <summary>Number within the second.</summary>
    public int Increment => (int)Value;

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    private protected override int CompareSame(BsonValue other) => ((ulong)Value).CompareTo((ulong)((BsonTimestamp)other).Value);

    internal override void WriteTo(BsonBinaryWriter writer) => writer.WriteTimestamp(Value);
}

/// <summary>Twelve-byte id as a value.</summary>
public sealed class BsonObjectId(ObjectId value) : BsonValue
{
    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.ObjectId;

    /// <summary>The id.</summary>
    public ObjectId Value { get; } = value;

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => Value.ToString();

    private protected override int CompareSame(BsonValue other) => Value.CompareTo(((BsonObjectId)other).Value);

    internal override void WriteTo(BsonBinaryWriter writer) => writer.WriteObjectId(Value);
}

/// <summary>Bytes with a subtype.</summary>
public sealed class BsonBinaryData(byte[] bytes, BsonBinarySubType subType) : BsonValue
{
    /// <summary>Of the general subtype.</summary>
    public BsonBinaryData(byte[] bytes) : this(bytes, BsonBinarySubType.Binary) { }

    /// <summary>A UUID in the given layout.</summary>
    public BsonBinaryData(Guid guid, GuidRepresentation guidRepresentation) : this(
        guidRepresentation switch
        {
            GuidRepresentation.Standard => guid.ToByteArray(bigEndian: true),
            GuidRepresentation.CSharpLegacy => guid.ToByteArray(),
            _ => throw new BsonSerializationException("A Guid needs a GuidRepresentation; none is given."),
        },
        guidRepresentation == GuidRepresentation.Standard ? BsonBinarySubType.UuidStandard : BsonBinarySubType.UuidLegacy)
    { }

    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.Binary;

    /// <summary>The bytes, not copied.</summary>
    public byte[] Bytes { get; } = bytes ?? throw new ArgumentNullException(nameof(bytes));

    /// <summary>The subtype.</summary>
    public BsonBinarySubType SubType { get; } = subType;

    /// <summary>The UUID of subtype 4.</summary>
    public Guid ToGuid() => SubType == BsonBinarySubType.UuidStandard
        ? ToGuid(GuidRepresentation.Standard)
        : throw new InvalidOperationException($"Binary of subtype {SubType} is a Guid only in a given GuidRepresentation.");

    /// <summary>The UUID in the given layout.</summary>
    public Guid ToGuid(GuidRepresentation guidRepresentation)
    {
        var fits = Bytes.Length == 16 && SubType == (guidRepresentation == GuidRepresentation.Standard ? BsonBinarySubType.UuidStandard
            : BsonBinarySubType.UuidLegacy);
        return fits
            ? new Guid(Bytes, bigEndian: guidRepresentation == GuidRepresentation.Standard)
            : throw new InvalidOperationException($"{Bytes.Length} bytes of subtype {SubType} are no Guid in the representation {guidRepresentation}.");
    }

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{SubType}:0x{Convert.ToHexStringLower(Bytes)}";

    private protected override int CompareSame(BsonValue other)
    {
        var binary = (BsonBinaryData)other;
        var order = Bytes.Length.CompareTo(binary.Bytes.Length);
        if (order == 0) order = SubType.CompareTo(binary.SubType);
        return order != 0 ? order : Bytes.AsSpan().SequenceCompareTo(binary.Bytes);
    }

    internal override void WriteTo(BsonBinaryWriter writer) => writer.WriteBinaryData(Bytes, SubType);

    /// <summary>Of the general subtype.</summary>
    public static implicit operator BsonBinaryData(byte[] value) => value is null ? null! : new(value);
}

/// <summary>A pattern with its options; the options are kept in alphabetical order, as BSON asks.</summary>
public sealed class BsonRegularExpression : BsonValue
{
    /// <summary>From <c>/pattern/options</c>, or a bare pattern.</summary>
    public BsonRegularExpression(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        var slash = pattern.StartsWith('/') ? pattern.LastIndexOf('/') : -1;
        (Pattern, Options) = slash > 0 ? (pattern[1..slash], Sorted(pattern[(slash + 1)..])) : (pattern, "");
    }

    /// <summary>From a pattern and options such as <c>i</c>, <c>m</c>, <c>s</c>, <c>x</c>.</summary>
    public BsonRegularExpression(string pattern, string options)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        (Pattern, Options) = (pattern, Sorted(options ?? ""));
    }

    /// <summary>From .NET's, with its options i, m, s and x.</summary>
    public BsonRegularExpression(Regex regex)
    {
        ArgumentNullException.ThrowIfNull(regex);
        Pattern = regex.ToString();
        Options = (regex.Options.HasFlag(RegexOptions.IgnoreCase) ? "i" : "") + (regex.Options.HasFlag(RegexOptions.Multiline) ? "m" : "")
            + (regex.Options.HasFlag(RegexOptions.Singleline) ? "s" : "") + (regex.Options.HasFlag(RegexOptions.IgnorePatternWhitespace) ? "x" : "");
    }

    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.RegularExpression;

    /// <summary>The pattern (PCRE).</summary>
    public string Pattern { get; }

    /// <summary>The options.</summary>
    public string Options { get; }

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Pattern, Options);

    /// <inheritdoc/>
    public override string ToString() => $"/{Pattern.Replace("/", "\\/", StringComparison.Ordinal)}/{Options}";

    private protected override int CompareSame(BsonValue other)
    {
        var expression = (BsonRegularExpression)other;
        var order = string.CompareOrdinal(Pattern, expression.Pattern);
        return order != 0 ? order : string.CompareOrdinal(Options, expression.Options);
    }

    internal override void WriteTo(BsonBinaryWriter writer) => writer.WriteRegularExpression(Pattern, Options);

    private static string Sorted(string options)
    {
        if (options.Length < 2) return options;
        var letters = options.ToCharArray();
        Array.Sort(letters);
        return new string(letters);
    }

    /// <summary>As the constructor.</summary>
    public static implicit operator BsonRegularExpression(Regex value) => value is null ? null! : new(value);

    /// <summary>As the constructor.</summary>
    public static implicit operator BsonRegularExpression(string value) => value is null ? null! : new(value);
}

/// <summary>Code.</summary>
public class BsonJavaScript(string code) : BsonValue
{
    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.JavaScript;

    /// <summary>The text.</summary>
    public string Code { get; } = code ?? throw new ArgumentNullException(nameof(code));

    /// <inheritdoc/>
    public override int GetHashCode() => Code.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => $"new BsonJavaScript(\"{Code}\")";

    private protected override int CompareSame(BsonValue other) => string.CompareOrdinal(Code, ((BsonJavaScript)other).Code);

    internal override void WriteTo(BsonBinaryWriter writer) => writer.WriteJavaScript(Code);
}

/// <summary>Code with its variables; deprecated by BSON.</summary>
public sealed class BsonJavaScriptWithScope(string code, BsonDocument scope) : BsonJavaScript(code)
{
    /// <inheritdoc/>
    public override BsonType BsonType => BsonType.JavaScriptWithScope;

    /// <summary>The variables.</summary>
    public BsonDocument Scope { get; } = scope ?? throw new ArgumentNullException(nameof(scope));

    /// <inheritdoc/>
    public override BsonValue DeepClone() => new BsonJavaScriptWithScope(Code, (BsonDocument)Scope.DeepClone());

    private protected override int CompareSame(BsonValue other)
        => base.CompareSame(other) is var order && order != 0 ? order : Scope.CompareTo(((BsonJavaScriptWithScope)other).Scope);

    internal override void WriteTo(BsonBinaryWriter writer) => writer.WriteJavaScriptWithScope(Code, Scope);
}

/// <summary>A reference to a document; deprecated by BSON, kept on round trips only.</summary>
internal sealed class BsonDbPointer(string collection, ObjectId id) : BsonValue
{
    public override BsonType BsonType => BsonLimits.DbPointer;

    public string Collection { get; } = collection;

    public ObjectId Id { get; } = id;

    public override int GetHashCode() => HashCode.Combine(Collection, Id);

    public override string ToString() => $"DBPointer(\"{Collection}\", {Id})";

    private protected override int CompareSame(BsonValue other)
    {
        var pointer = (BsonDbPointer)other;
        var order = string.CompareOrdinal(Collection, pointer.Collection);
        return order != 0 ? order : Id.CompareTo(pointer.Id);
    }

    internal override void WriteTo(BsonBinaryWriter writer) => writer.WriteDbPointer(Collection, Id);
}
