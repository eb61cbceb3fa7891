using System.Text.Json;
using MongoDB.Bson;
using ServiceKit.Idempotency;

namespace Customer.Api.Customers;

/// <summary>One customer of a create request.</summary>
internal sealed class BatchEntry
{
    private readonly JsonElement _json;
    private readonly string? _digest;

    private BatchEntry(JsonElement json, string? digest, FieldErrors errors) => (_json, _digest, Errors) = (json, digest, errors);

    public FieldErrors Errors { get; }

    /// <summary>The document to store, or the stored document; null if the customer is invalid.</summary>
    public BsonDocument? Document { get; private set; }

    /// <summary>The field whose value another customer already has; null if the customer is stored.</summary>
    public string? DuplicateOf { get; set; }

    /// <summary>Whether its idempotency key was used for a different request.</summary>
    public bool IsKeyReused { get; private set; }

    private bool HasOwnId { get; init; }

    public bool IsCreated => Document is not null && DuplicateOf is null && !IsKeyReused;

    /// <summary>Reads and validates the customer.</summary>
    public static BatchEntry Read(JsonElement json, int index, IdempotencyKey? key, DateTime now)
    {
        var errors = new FieldErrors();
        var fields = CustomerReader.Read(json, now, errors, out var given);
        var entry = new BatchEntry(json, key is null ? null : IdempotencyKey.Digest(json), errors) { HasOwnId = given is not null };
        if (fields is null) return entry;
        var id = given ?? (key is null ? NewDocument.NewId() : NewDocument.IdOf(key, index));
        entry.Document = NewDocument.Compose(id, fields, now, now, entry._digest is { } digest ? digest : BsonNull.Value);
        return entry;
    }

    private bool IsDigest(string stored) => stored == _digest || stored == NewDocument.DigestOfBytes(_json);

    /// <summary>
    /// Handles a duplicate under an idempotency key. If the same request stored this customer before, returns its first response, reconstructed. The response
    /// is correct even if the customer was changed since, but not if it was deleted.
    /// </summary>
    public async Task<BsonDocument?> RepeatAsync(CustomerStore store)
    {
        var id = Document![Fields.Id].AsString;
        using var stored = await store.FindAsync(id);
        if (stored is null) return null;
        if (stored.GetValue(Fields.Request, BsonNull.Value) is not BsonString request || !IsDigest(request.Value))
        {
            IsKeyReused = !HasOwnId;
            return null;
        }

        var created = stored[Fields.CreatedAt].ToUniversalTime();
        (DuplicateOf, Document) = (null, NewDocument.Compose(id, CustomerReader.Read(_json, created, new(), out _)!, created, created, _digest));
        return Document;
    }
}
