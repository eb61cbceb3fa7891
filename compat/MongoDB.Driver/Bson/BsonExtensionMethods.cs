using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;

namespace MongoDB.Bson;

/// <summary>Shorthands of <see cref="BsonSerializer"/>.</summary>
public static class BsonExtensionMethods
{
    /// <summary>The object's BSON bytes.</summary>
    public static byte[] ToBson<TNominalType>(this TNominalType obj)
    {
        using var writer = new BsonBinaryWriter();
        Codec<TNominalType>.Instance.Write(writer, obj);
        return writer.Written.ToArray();
    }

    /// <summary>The object as a document; a document is given back as it is.</summary>
    public static BsonDocument ToBsonDocument<TNominalType>(this TNominalType obj)
    {
        if (obj is BsonDocument document) return document;
        using var writer = new BsonBinaryWriter();
        Codec<TNominalType>.Instance.Write(writer, obj);
        return BsonDocument.ReadFrom(new BsonBinaryReader(writer.Written));
    }

    /// <summary>The object as extended JSON, relaxed unless the settings say otherwise.</summary>
    public static string ToJson<TNominalType>(this TNominalType obj, JsonWriterSettings? writerSettings = null)
        => JsonText.Write(obj as BsonValue ?? Codec<TNominalType>.Instance.ToBsonValue(obj), writerSettings);
}
