using MongoDB.Bson.IO;

namespace MongoDB.Bson.Serialization;

/// <summary>From objects to BSON and back. Classes are mapped by their public members, see the attributes; accessors are compiled once a class.</summary>
public static class BsonSerializer
{
    /// <summary>Writes a document.</summary>
    public static void Serialize<TNominalType>(BsonBinaryWriter writer, TNominalType value) => Codec<TNominalType>.Instance.Write(writer, value);

    /// <summary>From BSON bytes.</summary>
    /// <exception cref="FormatException">The bytes are malformed, or do not fit the type.</exception>
    public static TNominalType Deserialize<TNominalType>(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        var reader = new BsonBinaryReader(bytes.AsMemory());
        var value = Codec<TNominalType>.Instance.Read(reader);
        return reader.AtEnd ? value : throw new FormatException("There are more bytes behind the document.");
    }

    /// <summary>From where the reader stands.</summary>
    public static TNominalType Deserialize<TNominalType>(BsonBinaryReader bsonReader) => Codec<TNominalType>.Instance.Read(bsonReader);

    /// <summary>From a stream.</summary>
    public static TNominalType Deserialize<TNominalType>(Stream stream)
    {
        using var reader = new BsonBinaryReader(stream);
        return Codec<TNominalType>.Instance.Read(reader);
    }

    /// <summary>From a document.</summary>
    public static TNominalType Deserialize<TNominalType>(BsonDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        using var writer = new BsonBinaryWriter();
        document.WriteTo(writer);
        return Codec<TNominalType>.Instance.Read(new BsonBinaryReader(writer.Written));
    }

    /// <summary>From extended JSON.</summary>
    public static TNominalType Deserialize<TNominalType>(string json)
        => JsonParser.Parse(json) is BsonDocument document ? Deserialize<TNominalType>(document)
            : throw new FormatException("The JSON text is not a document.");
}
