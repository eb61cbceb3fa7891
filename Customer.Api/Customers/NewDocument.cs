using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using MongoDB.Bson;
using ServiceKit.Idempotency;

namespace Customer.Api.Customers;

/// <summary>
/// Makes the documents to store. Under an idempotency key a customer's id follows from the key, so that a second request meets the first one's customer; a
/// digest of the request, stored with it, tells the same request from another one.
/// </summary>
internal static class NewDocument
{
    /// <summary>An id in the order of time, for a customer that brings none.</summary>
    public static string NewId() => ObjectId.GenerateNewId().ToString();

    /// <summary>The id under a key, for the customer at this place of a batch.</summary>
    public static string IdOf(IdempotencyKey key, int index)
    {
        Span<byte> bytes = stackalloc byte[20], hash = stackalloc byte[SHA256.HashSizeInBytes];
        key.Id.TryWriteBytes(bytes);
        BitConverter.TryWriteBytes(bytes[16..], index);
        SHA256.HashData(bytes, hash);
        return Convert.ToHexStringLower(hash[..16]);
    }

    /// <summary>A digest of a request.</summary>
    public static string Digest(JsonElement json) => Convert.ToHexStringLower(SHA256.HashData(JsonMarshal.GetRawUtf8Value(json)), 0, 16);

    /// <summary>The whole document.</summary>
    public static BsonDocument Compose(string id, BsonDocument fields, BsonValue created, DateTime updated, BsonValue request)
    {
        var document = new BsonDocument(Fields.Id, id).AddRange(fields);
        document.Add(Fields.CreatedAt, created).Add(Fields.UpdatedAt, updated);
        if (request is BsonString) document.Add(Fields.Request, request);
        return document;
    }
}
