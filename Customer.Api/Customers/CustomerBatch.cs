using System.Text.Json;
using MongoDB.Bson;
using ServiceKit.Idempotency;

namespace Customer.Api.Customers;

/// <summary>One customer of a request that creates.</summary>
internal sealed class BatchEntry
{
    private readonly JsonElement _json;
    private readonly string? _digest;

    private BatchEntry(JsonElement json, string? digest, FieldErrors errors) => (_json, _digest, Errors) = (json, digest, errors);

    /// <summary>What is wrong with it.</summary>
    public FieldErrors Errors { get; }

    /// <summary>What to store, or what is stored; null if something is wrong.</summary>
    public BsonDocument? Document { get; private set; }

    /// <summary>The field whose value another customer has; null where it is stored.</summary>
    public string? DuplicateOf { get; set; }

    /// <summary>Whether its idempotency key came with another request before.</summary>
    public bool IsKeyReused { get; private set; }

    private bool HasOwnId { get; init; }

    public bool IsCreated => Document is not null && DuplicateOf is null && !IsKeyReused;

    /// <summary>Reads the customer.</summary>
    public static BatchEntry Read(JsonElement json, int index, IdempotencyKey? key, DateTime now)
    {
        var errors = new FieldErrors();
        var fields = CustomerReader.Read(json, now, errors, out var given);
        var entry = new BatchEntry(json, key is null ? null : NewDocument.Digest(json), errors) { HasOwnId = given is not null };
        if (fields is null) return entry;
        var id = given ?? (key is null ? NewDocument.NewId() : NewDocument.IdOf(key, index));
        entry.Document = NewDocument.Compose(id, fields, now, now, entry._digest is { } digest ? digest : BsonNull.Value);
        return entry;
    }

    /// <summary>
    /// After a duplicate under an idempotency key: if the same request stored this customer before, then its first answer, made anew. It is right whatever
    /// became of the customer since, unless it was deleted.
    /// </summary>
    public async Task<BsonDocument?> RepeatAsync(CustomerStore store)
    {
        var id = Document![Fields.Id].AsString;
        using var stored = await store.FindAsync(id);
        if (stored is null) return null;
        if (stored.GetValue(Fields.Request, BsonNull.Value) is not BsonString request || request.Value != _digest)
        {
            IsKeyReused = !HasOwnId;
            return null;
        }

        var created = stored[Fields.CreatedAt].ToUniversalTime();
        (DuplicateOf, Document) = (null, NewDocument.Compose(id, CustomerReader.Read(_json, created, new(), out _)!, created, created, _digest));
        return Document;
    }
}

/// <summary>Customers created by one request, each by itself.</summary>
internal sealed class CustomerBatch
{
    public const int CountMax = 1_000;

    private readonly List<BatchEntry> _entries;
    private readonly bool _hasKey;

    private CustomerBatch(List<BatchEntry> entries, bool hasKey) => (_entries, _hasKey) = (entries, hasKey);

    public bool AreAllCreated => _entries.TrueForAll(static entry => entry.IsCreated);

    /// <summary>Reads an array of customers.</summary>
    public static CustomerBatch Read(JsonElement array, IdempotencyKey? key, DateTime now) =>
        new([.. array.EnumerateArray().Select((json, index) => BatchEntry.Read(json, index, key, now))], key is not null);

    /// <summary>Stores those that are sound.</summary>
    public async Task StoreAsync(CustomerStore store)
    {
        var sound = _entries.FindAll(static entry => entry.Document is not null);
        var duplicates = await store.InsertManyAsync(sound.ConvertAll(static entry => entry.Document!));
        for (var i = 0; i < sound.Count; i++) sound[i].DuplicateOf = duplicates[i];
        if (!_hasKey) return;
        foreach (var entry in sound)
        {
            if (entry.DuplicateOf is not null) await entry.RepeatAsync(store);
        }
    }

    /// <summary>Writes what became of each.</summary>
    public void Write(Utf8JsonWriter json)
    {
        var created = _entries.Count(static entry => entry.IsCreated);
        json.WriteStartObject();
        json.WriteNumber("created", created);
        json.WriteNumber("failed", _entries.Count - created);
        json.WriteStartArray("results");
        foreach (var (index, entry) in _entries.Index())
        {
            json.WriteStartObject();
            json.WriteNumber("index", index);
            Write(json, entry);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, BatchEntry entry)
    {
        var (status, detail, errors) = entry switch
        {
            { IsCreated: true } => (StatusCodes.Status201Created, null, null),
            { Document: null } => (StatusCodes.Status400BadRequest, entry.Errors.Detail(), entry.Errors.ToDictionary()),
            { IsKeyReused: true } => (StatusCodes.Status422UnprocessableEntity, "The Idempotency-Key came with another request before.", null),
            _ => (StatusCodes.Status409Conflict, FieldErrors.DuplicateDetail(entry.DuplicateOf!),
                (Dictionary<string, string[]>?)new() { [entry.DuplicateOf!] = ["is another customer's."] }),
        };
        json.WriteNumber("status", status);
        if (entry.IsCreated) json.WriteString(Fields.CustomerId, entry.Document![Fields.Id].AsString);
        if (detail is not null) json.WriteString("detail", detail);
        if (errors is null) return;
        json.WriteStartObject("errors");
        foreach (var (field, rules) in errors)
        {
            json.WriteStartArray(field);
            foreach (var rule in rules) json.WriteStringValue(rule);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
