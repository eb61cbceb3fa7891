using System.Text.Json;
using MongoDB.Bson;
using ServiceKit.Idempotency;

namespace Customer.Api.Customers;

/// <summary>Customers created by one request, independently of each other.</summary>
internal sealed class CustomerBatch
{
    public const int CountMax = 1_000;

    private readonly List<BatchEntry> _entries;
    private readonly bool _hasKey;

    private CustomerBatch(List<BatchEntry> entries, bool hasKey) => (_entries, _hasKey) = (entries, hasKey);

    public bool AreAllCreated => _entries.TrueForAll(static entry => entry.IsCreated);

    /// <summary>Reads and validates an array of customers.</summary>
    public static CustomerBatch Read(JsonElement array, IdempotencyKey? key, DateTime now) =>
        new([.. array.EnumerateArray().Select((json, index) => BatchEntry.Read(json, index, key, now))], key is not null);

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
            { IsKeyReused: true } => (StatusCodes.Status422UnprocessableEntity, "The Idempotency-Key was already used for a different request.", null),
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
