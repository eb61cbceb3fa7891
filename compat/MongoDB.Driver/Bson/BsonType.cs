namespace MongoDB.Bson;

/// <summary>Element types as they stand on the wire (bsonspec.org, version 1.1).</summary>
public enum BsonType
{
    /// <summary>Not a value: the byte that ends a document.</summary>
    EndOfDocument = 0x00,
    /// <summary>64-bit IEEE 754.</summary>
    Double = 0x01,
    /// <summary>UTF-8 text.</summary>
    String = 0x02,
    /// <summary>Embedded document.</summary>
    Document = 0x03,
    /// <summary>Array.</summary>
    Array = 0x04,
    /// <summary>Bytes with a subtype.</summary>
    Binary = 0x05,
    /// <summary>Deprecated by BSON; kept on round trips.</summary>
    Undefined = 0x06,
    /// <summary>Twelve-byte id.</summary>
    ObjectId = 0x07,
    /// <summary>True or false.</summary>
    Boolean = 0x08,
    /// <summary>Milliseconds since 1970 in UTC.</summary>
    DateTime = 0x09,
    /// <summary>No value.</summary>
    Null = 0x0a,
    /// <summary>Pattern and options.</summary>
    RegularExpression = 0x0b,
    /// <summary>Code without a scope.</summary>
    JavaScript = 0x0d,
    /// <summary>Deprecated by BSON; kept on round trips.</summary>
    Symbol = 0x0e,
    /// <summary>Deprecated by BSON; kept on round trips.</summary>
    JavaScriptWithScope = 0x0f,
    /// <summary>32-bit integer.</summary>
    Int32 = 0x10,
    /// <summary>The server's replication clock: seconds and an increment.</summary>
    Timestamp = 0x11,
    /// <summary>64-bit integer.</summary>
    Int64 = 0x12,
    /// <summary>IEEE 754-2008 decimal of 34 digits.</summary>
    Decimal128 = 0x13,
    /// <summary>Below all other values.</summary>
    MinKey = 0xff,
    /// <summary>Above all other values.</summary>
    MaxKey = 0x7f,
}

/// <summary>What the bytes of a <see cref="BsonBinaryData"/> are.</summary>
public enum BsonBinarySubType
{
    /// <summary>Plain bytes.</summary>
    Binary = 0x00,
    /// <summary>A function.</summary>
    Function = 0x01,
    /// <summary>Plain bytes with a second length in front; the writer adds it, the reader takes it off.</summary>
    OldBinary = 0x02,
    /// <summary>A UUID in one of the drivers' old byte orders.</summary>
    UuidLegacy = 0x03,
    /// <summary>A UUID in network byte order.</summary>
    UuidStandard = 0x04,
    /// <summary>MD5 digest.</summary>
    MD5 = 0x05,
    /// <summary>Encrypted value.</summary>
    Encrypted = 0x06,
    /// <summary>Compressed column of a time series.</summary>
    Column = 0x07,
    /// <summary>Not to be logged.</summary>
    Sensitive = 0x08,
    /// <summary>Vector of numbers.</summary>
    Vector = 0x09,
    /// <summary>First of the subtypes that applications may define.</summary>
    UserDefined = 0x80,
}

/// <summary>How a <see cref="Guid"/> is laid out in BSON.</summary>
public enum GuidRepresentation
{
    /// <summary>Not said; such a Guid cannot be written.</summary>
    Unspecified = 0,
    /// <summary>Subtype 4, network byte order.</summary>
    Standard = 1,
    /// <summary>Subtype 3, the byte order of the old C# drivers.</summary>
    CSharpLegacy = 2,
}

/// <summary>Limits of BSON itself and of this implementation.</summary>
internal static class BsonLimits
{
    // The type of an element that has no name in the official enumeration; deprecated by BSON, kept on round trips.
    public const BsonType DbPointer = (BsonType)0x0c;

    /// <summary>Levels of nesting that are read and written; the server's own limit is 100, too.</summary>
    public const int DepthMax = 100;

    /// <summary>Bytes: the largest document a server stores is 16 MiB, what it sends around it is a little larger.</summary>
    public const int DocumentBytesMax = 16 * 1024 * 1024;

    /// <summary>The smallest document: a length and a terminator.</summary>
    public const int DocumentBytesMin = 5;
}

/// <summary>A BSON value, document or JSON text that breaks the rules of this library.</summary>
public class BsonException : Exception
{
    /// <summary>With a text.</summary>
    public BsonException(string message) : base(message) { }

    /// <summary>With a text and a cause.</summary>
    public BsonException(string message, Exception? innerException) : base(message, innerException) { }
}

/// <summary>An object that cannot be mapped to or from BSON.</summary>
public class BsonSerializationException : BsonException
{
    /// <summary>With a text.</summary>
    public BsonSerializationException(string message) : base(message) { }

    /// <summary>With a text and a cause.</summary>
    public BsonSerializationException(string message, Exception? innerException) : base(message, innerException) { }
}

/// <summary>The clock of BSON.</summary>
public static class BsonConstants
{
    /// <summary>1970-01-01 in UTC.</summary>
    public static DateTime UnixEpoch => DateTime.UnixEpoch;

    /// <summary>Milliseconds from the epoch to <see cref="DateTime.MaxValue"/>.</summary>
    public static long DateTimeMaxValueMillisecondsSinceEpoch { get; } = (DateTime.MaxValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond;

    /// <summary>Milliseconds from the epoch to <see cref="DateTime.MinValue"/>.</summary>
    public static long DateTimeMinValueMillisecondsSinceEpoch { get; } = (DateTime.MinValue - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond;
}
