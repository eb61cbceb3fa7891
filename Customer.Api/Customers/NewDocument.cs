using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using MongoDB.Bson;
using ServiceKit.Idempotency;

namespace Customer.Api.Customers;

/// <summary>
/// Creates documents to store. With an idempotency key, the customer's ID is derived from the key, so that a retry finds the customer of the first request. A
/// digest of the request, stored with the customer, distinguishes the same request from a different one.
/// </summary>
internal static class NewDocument
{
    /// <summary>Generates an ID, ordered by time, for a customer without one.</summary>
    public static string NewId() => ObjectId.GenerateNewId().ToString();

    /// <summary>Derives the ID of the customer at this index of a batch from the key.</summary>
    public static string IdOf(IdempotencyKey key, int index)
    {
        Span<byte> bytes = stackalloc byte[20], hash = stackalloc byte[SHA256.HashSizeInBytes];
        key.Id.TryWriteBytes(bytes);
        BitConverter.TryWriteBytes(bytes[16..], index);
        SHA256.HashData(bytes, hash);
        return Convert.ToHexStringLower(hash[..16]);
    }

    /// <summary>The digest that was stored before <see cref="IdempotencyKey.Digest"/>: that of the body's bytes.</summary>
    public static string DigestOfBytes(JsonElement json) => Convert.ToHexStringLower(SHA256.HashData(JsonMarshal.GetRawUtf8Value(json)), 0, 16);

    public static BsonDocument Compose(string id, BsonDocument fields, BsonValue created, DateTime updated, BsonValue request)
    {
        var document = new BsonDocument(Fields.Id, id).AddRange(fields);
        document.Add(Fields.CreatedAt, created).Add(Fields.UpdatedAt, updated);
        document.Add(Fields.Revision, ObjectId.GenerateNewId());
        if (request is BsonString) document.Add(Fields.Request, request);
        return document;
    }
}
