using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using MongoDB.Bson;
using ServiceDefaults;
using ServiceKit.Text;

namespace Customer.Api.Customers;

/// <summary>
/// A query for a page of customers in ID order, which for generated IDs is the order of creation. All filters can be combined. Each combination has an index
/// that ends in the ID, so with a cursor a page costs the same at any depth.
/// </summary>
internal sealed record CustomerQuery
{
    public const int LimitDefault = 20, LimitMax = 1_000, SearchLengthMax = 100, SearchWordsMax = 4;

    /// <summary>Skipped customers are still read, so beyond this number a cursor is required.</summary>
    public const int SkipMax = 10_000;

    public int Limit { get; private init; } = LimitDefault;
    public int Skip { get; private init; }

    /// <summary>Only customers after this ID, in the query's order.</summary>
    public string? After { get; private init; }
    public bool IsDescending { get; private init; }
    public string? Status { get; private init; }
    public string? Country { get; private init; }
    public string? UserId { get; private init; }

    /// <summary>Words of the search. Each must be a prefix of a word of the customer.</summary>
    public IReadOnlyList<string> Words { get; private init; } = [];

    /// <summary>The prefix of the email address.</summary>
    public string? EmailPrefix { get; private init; }

    public bool IsSearch => Words.Count > 0;

    /// <summary>Parses the query; returns null if it is invalid.</summary>
    public static CustomerQuery? Read(CustomerListParameters given, FieldErrors errors)
    {
        var query = new CustomerQuery
        {
            Limit = errors.Number(given.Limit, "limit", 1, LimitMax, LimitDefault),
            Skip = errors.Number(given.Skip, "skip", 0, SkipMax, 0, " Use cursor to go deeper."),
            IsDescending = given.Order switch { null or "" or "asc" => false, "desc" => true, _ => Wrong("order", "must be asc or desc.", errors) },
            Status = given.Status is not { Length: > 0 } status || Fields.Statuses.Contains(status) ? NullIfEmpty(given.Status)
                : WrongText("status", $"must be one of {string.Join(", ", Fields.Statuses)}.", errors),
            Country = given.Country is not { Length: > 0 } country ? null
                : Countries.Find(country) ?? WrongText("country", "must be a two-letter country code (ISO 3166-1).", errors),
            UserId = given.UserId is not { Length: > 0 } user || PathValues.IsId(user) ? NullIfEmpty(given.UserId)
                : WrongText(Fields.UserId, "must be 1 to 64 letters, digits, - and _.", errors),
        };
        query = query.WithSearch(given.Search, errors);
        if (given.Cursor is { Length: > 0 } cursor)
        {
            if (query.Skip > 0) errors.Add("skip", "cannot be combined with cursor.");
            query = query with { After = query.Decode(cursor) ?? WrongText("cursor", "is not one that an answer to the same filters had.", errors) };
        }

        return errors.Any ? null : query;
    }

    public string CursorAfter(string id) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Fingerprint() + id));

    public BsonDocument Filter()
    {
        var filter = new BsonDocument();
        if (Status is not null) filter.Add(Fields.Status, Status);
        if (Country is not null) filter.Add(Fields.Country, Country);
        if (UserId is not null) filter.Add(Fields.UserId, UserId);
        // The prefix plus U+FFFF sorts after all texts with the prefix.
        if (EmailPrefix is not null) filter.Add(Fields.Email, new BsonDocument { { "$gte", EmailPrefix }, { "$lt", EmailPrefix + '\uFFFF' } });
        if (Words.Count == 1) filter.Add(Fields.Words, Prefix(Words[0]));
        else if (Words.Count > 1) filter.Add("$and", new BsonArray(Words.Select(static word => new BsonDocument(Fields.Words, Prefix(word)))));
        if (After is not null) filter.Add(Fields.Id, new BsonDocument(IsDescending ? "$lt" : "$gt", After));
        return filter;
    }

    public BsonDocument Sort() => new(Fields.Id, IsDescending ? -1 : 1);

    // A word consists of letters, their marks and digits, so nothing in it needs escaping.
    private static BsonRegularExpression Prefix(string word) => new("^" + word);

    private CustomerQuery WithSearch(string? search, FieldErrors errors)
    {
        if (search?.Trim() is not { Length: > 0 } text) return this;
        if (text.Length > SearchLengthMax)
        {
            errors.Add("search", $"must have {SearchLengthMax} characters at most.");
            return this;
        }

        if (text.Contains('@', StringComparison.Ordinal)) return this with { EmailPrefix = CanonicalForms.Compose(text).ToLowerInvariant() };
        var words = SearchWords.Split(text);
        if (words.Count is 0 or > SearchWordsMax)
            errors.Add("search", $"must have 1 to {SearchWordsMax} words, or be an email address up to its @.");
        return this with { Words = words };
    }

    // A cursor contains a fingerprint of the order and the filters, because it is meaningless for other ones.
    private string Fingerprint()
    {
        var text = string.Join('\n', IsDescending ? "desc" : "asc", Status, Country, UserId, EmailPrefix, string.Join(' ', Words));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)), 0, 4);
    }

    private string? Decode(string cursor)
    {
        if (cursor.Length > 200 || !Base64Url.IsValid(cursor)) return null;
        var (text, fingerprint) = (Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)), Fingerprint());
        return text.StartsWith(fingerprint, StringComparison.Ordinal) && text[fingerprint.Length..] is var id && PathValues.IsId(id) ? id : null;
    }

    private static bool Wrong(string name, string rule, FieldErrors errors)
    {
        errors.Add(name, rule);
        return false;
    }

    private static string? WrongText(string name, string rule, FieldErrors errors)
    {
        errors.Add(name, rule);
        return null;
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
