using System.Globalization;
using System.Text.Json;
using MongoDB.Bson;
using ServiceDefaults;

namespace Customer.Api.Customers;

/// <summary>
/// Reads a customer from a request and collects all errors at once. The result is a document to store, complete except for its ID and timestamps.
/// </summary>
internal static class CustomerReader
{
    public const int NameLengthMax = 200, PartLengthMax = 100, LineLengthMax = 200, TagsMax = 20, WordLengthMax = 50, PreferencesMax = 20, PurchasesMax = 100;

    /// <summary>With these limits, the sum of a customer's purchases stays far below 64 bits.</summary>
    public const long QuantityMax = 100_000, PriceMax = 1_000_000_000;

    /// <summary>Reads a customer from JSON.</summary>
    /// <param name="json">Any JSON value.</param>
    /// <param name="now">The time of purchases that do not specify one.</param>
    /// <param name="errors">Receives the errors. If there are any, the result is null.</param>
    /// <param name="id">The <c>customer_id</c>, if present.</param>
    public static BsonDocument? Read(JsonElement json, DateTime now, FieldErrors errors, out string? id)
    {
        id = null;
        if (json.ValueKind != JsonValueKind.Object)
        {
            errors.Add("customer", "must be an object.");
            return null;
        }

        var given = new FieldReader(json, "", errors);
        if (given.Text(Fields.CustomerId, PathValues.IdLengthMax) is { } text)
        {
            if (PathValues.IsId(text)) id = text;
            else errors.Add(Fields.CustomerId, "must be 1 to 64 letters, digits, - and _.");
        }

        var document = new BsonDocument();
        ReadNames(given, document, errors);
        ReadContact(given, document, errors);
        ReadExtras(given, document, errors);
        ReadPurchases(given, document, now, errors);
        given.End(Fields.Computed);
        if (errors.Any) return null;
        document.Add(Fields.Words, new BsonArray(SearchWords.Of(document[Fields.Name].AsString, document[Fields.Email].AsString)));
        return document;
    }

    private static void ReadNames(FieldReader given, BsonDocument document, FieldErrors errors)
    {
        var (name, first, last) = (
            given.Text(Fields.Name, NameLengthMax), given.Text(Fields.FirstName, PartLengthMax), given.Text(Fields.LastName, PartLengthMax));
        if (name is null && (first is not null || last is not null)) name = $"{first} {last}".Trim();
        if (name is not null) document.Add(Fields.Name, name);
        else if (!given.IsWrong(Fields.Name, Fields.FirstName, Fields.LastName)) errors.Add(Fields.Name, "is missing. Give name, or first_name and last_name.");
        if (first is not null) document.Add(Fields.FirstName, first);
        if (last is not null) document.Add(Fields.LastName, last);
    }

    private static void ReadContact(FieldReader given, BsonDocument document, FieldErrors errors)
    {
        if (given.Text(Fields.Email, 254) is { } email)
        {
            if (IsEmail(email)) document.Add(Fields.Email, email.ToLowerInvariant());
            else errors.Add(Fields.Email, "must be an address like name@example.com.");
        }
        else if (!given.IsWrong(Fields.Email))
        {
            errors.Add(Fields.Email, "is missing.");
        }

        if (given.Text(Fields.Phone, 32) is { } phone)
        {
            if (IsPhone(phone)) document.Add(Fields.Phone, phone);
            else errors.Add(Fields.Phone, "must be 5 to 15 digits, optionally with a leading + and with spaces, ( ) - . / between them.");
        }

        var status = given.Text(Fields.Status, WordLengthMax) ?? Fields.Statuses[0];
        if (Fields.Statuses.Contains(status)) document.Add(Fields.Status, status);
        else errors.Add(Fields.Status, $"must be one of {string.Join(", ", Fields.Statuses)}.");

        if (given.Text(Fields.Country, WordLengthMax) is { } country)
        {
            if (Countries.Find(country) is { } code) document.Add(Fields.Country, code);
            else errors.Add(Fields.Country, "must be a two-letter country code (ISO 3166-1).");
        }

        if (given.Object(Fields.Address) is { } address)
        {
            var lines = new BsonDocument();
            foreach (var name in (string[])[Fields.Street, Fields.City, Fields.State, Fields.PostalCode])
            {
                if (address.Text(name, LineLengthMax) is { } line) lines.Add(name, line);
            }

            address.End([]);
            document.Add(Fields.Address, lines);
        }
    }

    private static void ReadExtras(FieldReader given, BsonDocument document, FieldErrors errors)
    {
        if (given.Text(Fields.UserId, PathValues.IdLengthMax) is { } user)
        {
            if (PathValues.IsId(user)) document.Add(Fields.UserId, user);
            else errors.Add(Fields.UserId, "must be 1 to 64 letters, digits, - and _.");
        }

        if (given.Array(Fields.Tags, TagsMax) is { } tags)
        {
            var words = new BsonArray();
            foreach (var (index, tag) in tags.EnumerateArray().Index())
            {
                if (FieldReader.TextOf(tag, WordLengthMax) is { } word) words.Add(word);
                else errors.Add($"{Fields.Tags}[{index}]", $"must be a string of 1 to {WordLengthMax} characters.");
            }

            document.Add(Fields.Tags, words);
        }

        if (given.Object(Fields.Preferences) is { } preferences)
        {
            var values = new BsonDocument();
            foreach (var (name, value) in preferences.All(PreferencesMax))
            {
                if (name.Length is 0 or > WordLengthMax || name[0] == '$' || name.AsSpan().ContainsAny('.', '\0'))
                    errors.Add(Fields.Preferences, $"must have names of 1 to {WordLengthMax} characters, without a leading $ and without dots.");
                else if (Scalar(value) is { } scalar) values.Add(name, scalar);
                else errors.Add($"{Fields.Preferences}.{name}", $"must be true, false, a 64-bit number or a string of 1 to {LineLengthMax} characters.");
            }

            document.Add(Fields.Preferences, values);
        }
    }

    private static void ReadPurchases(FieldReader given, BsonDocument document, DateTime now, FieldErrors errors)
    {
        var (list, spent, last) = (new BsonArray(), 0L, DateTime.MinValue);
        if (given.Array(Fields.Purchases, PurchasesMax) is { } purchases)
        {
            foreach (var (index, json) in purchases.EnumerateArray().Index())
            {
                var path = $"{Fields.Purchases}[{index}]";
                if (json.ValueKind != JsonValueKind.Object)
                {
                    errors.Add(path, "must be an object.");
                    continue;
                }

                var purchase = new FieldReader(json, path + ".", errors);
                var (product, quantity) = (purchase.Required(Fields.Product, PartLengthMax), purchase.Whole(Fields.Quantity, 1, QuantityMax));
                var (price, at) = (purchase.Whole(Fields.Price, 1, PriceMax), purchase.Time(Fields.At) ?? now);
                purchase.End([]);
                if (product is null || quantity is null || price is null) continue;
                list.Add(new BsonDocument { { Fields.Product, product }, { Fields.Quantity, quantity }, { Fields.Price, price }, { Fields.At, at } });
                (spent, last) = (spent + (quantity.Value * price.Value), at > last ? at : last);
            }

            document.Add(Fields.Purchases, list);
        }

        document.Add(Fields.TotalSpent, spent);
        document.Add(Fields.PurchaseCount, list.Count);
        if (list.Count > 0) document.Add(Fields.LastPurchaseAt, last);
    }

    private static BsonValue? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => BsonBoolean.True,
        JsonValueKind.False => BsonBoolean.False,
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? new BsonInt64(whole)
            : IsFraction(value) && value.TryGetDouble(out var number) && double.IsFinite(number) ? new BsonDouble(number) : null,
        _ => FieldReader.TextOf(value, LineLengthMax) is { } text ? new BsonString(text) : null,
    };

    // A double would change a whole number that does not fit in 64 bits.
    private static bool IsFraction(JsonElement number) => number.GetRawText().AsSpan().ContainsAny('.', 'e', 'E');

    // Accepts a subset of RFC 5322: addresses that mail systems accept and that are safe in logs and HTML.
    internal static bool IsEmail(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at is < 1 or > 64 || text.AsSpan(at + 1).Contains('@')) return false;
        foreach (var c in text.AsSpan(0, at))
        {
            if (!char.IsLetterOrDigit(c) && !"!#$%&'*+-/=?^_`{|}~.".Contains(c, StringComparison.Ordinal)) return false;
        }

        var (labels, local) = (text[(at + 1)..].Split('.'), text[..at]);
        return local is not ['.', ..] and not [.., '.'] && labels.Length >= 2 && labels.All(static label =>
            label.Length is >= 1 and <= 63 && label is not ['-', ..] and not [.., '-'] && label.All(static c => char.IsLetterOrDigit(c) || c == '-'));
    }

    internal static bool IsPhone(string text)
    {
        var digits = text.Count(char.IsAsciiDigit);
        return digits is >= 5 and <= 15
            && text[(text[0] == '+' ? 1 : 0)..].All(static c => char.IsAsciiDigit(c) || c is ' ' or '(' or ')' or '-' or '.' or '/');
    }
}
