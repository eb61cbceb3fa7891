using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using MongoDB.Bson;

namespace Customer.Api.Customers;

/// <summary>Entity tags of customers (RFC 9110, section 8.8.3): strong ones, digests of the JSON that a GET returns.</summary>
internal static class EntityTag
{
    private const int DigestBytes = 16, JsonBytesExpected = 1_024;

    /// <summary>Returns a customer's JSON and its tag.</summary>
    public static (ReadOnlyMemory<byte> Json, string Tag) Write(BsonDocument customer)
    {
        var buffer = new ArrayBufferWriter<byte>(JsonBytesExpected);
        using (var json = new Utf8JsonWriter(buffer, JsonResult.Options)) json.WriteCustomer(customer);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(buffer.WrittenSpan, digest);
        return (buffer.WrittenMemory, $"\"{Base64Url.EncodeToString(digest[..DigestBytes])}\"");
    }
}
