using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using MongoDB.Bson;
using ServiceDefaults;

namespace Customer.Api.Customers;

/// <summary>
/// A page of customers in the order of their ids, which for ids given by the service is that of their creation. All filters combine; each set of them has an
/// index that ends in the id, so a page costs the same at any depth when it is asked for by cursor.
/// </summary>
internal sealed record CustomerQuery
{
    public const int LimitDefault = 20, LimitMax = 1_000, SearchLengthMin = 2, SearchLengthMax = 100, SearchWordsMax = 4;

    /// <summary>What is skipped is read all the same; beyond this, cursors are the way.</summary>
    public const int SkipMax = 10_000;

    public int Limit { get; private init; } = LimitDefault;
    public int Skip { get; private init; }

    /// <summary>Only customers beyond this id, in the query's order.</summary>
    public string? After { get; private init; }
    public bool IsDescending { get; private init; }
    public string? Status { get; private init; }
    public string? Country { get; private init; }
    public string? UserId { get; private init; }

    /// <summary>Words, of which each must begin a word of the customer.</summary>
    public IReadOnlyList<string> Words { get; private init; } = [];

    /// <summary>What the email address must begin with.</summary>
    public string? EmailPrefix { get; private init; }

    public bool IsSearch => Words.Count > 0;

    /// <summary>Reads the query; null if something is wrong.</summary>
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

    /// <summary>The cursor of the page after the one that ends with this customer.</summary>
    public string CursorAfter(string id) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Fingerprint() + id));

    /// <summary>The filter for MongoDB.</summary>
    public BsonDocument Filter()
    {
        var filter = new BsonDocument();
        if (Status is not null) filter.Add(Fields.Status, Status);
        if (Country is not null) filter.Add(Fields.Country, Country);
        if (UserId is not null) filter.Add(Fields.UserId, UserId);
        // The first character beyond all texts that begin so.
        if (EmailPrefix is not null) filter.Add(Fields.Email, new BsonDocument { { "$gte", EmailPrefix }, { "$lt", EmailPrefix + '\uFFFF' } });
        if (Words.Count == 1) filter.Add(Fields.Words, Prefix(Words[0]));
        else if (Words.Count > 1) filter.Add("$and", new BsonArray(Words.Select(static word => new BsonDocument(Fields.Words, Prefix(word)))));
        if (After is not null) filter.Add(Fields.Id, new BsonDocument(IsDescending ? "$lt" : "$gt", After));
        return filter;
    }

    /// <summary>The order for MongoDB.</summary>
    public BsonDocument Sort() => new(Fields.Id, IsDescending ? -1 : 1);

    // A word is letters and digits: nothing in it means anything in a pattern.
    private static BsonRegularExpression Prefix(string word) => new("^" + word);

    private CustomerQuery WithSearch(string? search, FieldErrors errors)
    {
        if (search?.Trim() is not { Length: > 0 } text) return this;
        if (text.Length is < SearchLengthMin or > SearchLengthMax)
        {
            errors.Add("search", $"must have {SearchLengthMin} to {SearchLengthMax} characters.");
            return this;
        }

        if (text.Contains('@', StringComparison.Ordinal)) return this with { EmailPrefix = text.ToLowerInvariant() };
        var words = SearchWords.Split(text);
        if (words.Count is 0 or > SearchWordsMax)
            errors.Add("search", $"must have 1 to {SearchWordsMax} words, or be an email address up to its @.");
        return this with { Words = words };
    }

    // Order and filters are part of a cursor: under others it would point nowhere in particular.
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
