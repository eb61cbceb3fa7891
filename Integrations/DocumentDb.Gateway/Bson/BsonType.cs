namespace DocumentDb.Gateway.Bson;

/// <summary>The BSON element types (bsonspec.org, version 1.1) that the gateway distinguishes.</summary>
internal static class BsonType
{
    public const byte Double = 1, String = 2, Document = 3, Array = 4, Binary = 5, Undefined = 6, ObjectId = 7, Boolean = 8, DateTime = 9, Null = 10,
        Regex = 11, DbPointer = 12, JavaScript = 13, Symbol = 14, JavaScriptWithScope = 15, Int32 = 16, Timestamp = 17, Int64 = 18, Decimal128 = 19,
        MaxKey = 127, MinKey = 255;
}
