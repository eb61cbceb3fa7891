extern alias CustomerApi;
using System.Text;
using System.Text.Json;
using CustomerApi::Customer.Api.Customers;
using MongoDB.Bson;

namespace Tests.Unit.Customers;

[Trait("Category", "Unit")]
public sealed class CustomerReaderTests
{
    private static readonly DateTime Now = new(2026, 11, 21, 10, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void A_complete_customer_is_read_with_its_totals_and_round_trips()
    {
        const string Json = """
            {"customer_id":"c-1","name":" Ana Lima ","first_name":"Ana","last_name":"Lima","email":"Ana.Lima@Example.com",
             "phone":"+351 21 123-4567","status":"pending","country":"pt",
             "address":{"street":"Rua 1","city":"Lisboa","state":"Lisboa","postal_code":"1000-001"},
             "user_id":"u_1","tags":["a","b"],
             "preferences":{"newsletter":true,"language":"pt","limit":5,"share":0.5},
             "purchases":[{"product":"Chair","quantity":2,"price":50,"at":"2026-01-02T03:04:05.678+01:00"},{"product":"Table","quantity":1,"price":300}],
             "total_spent":1,"created_at":"nonsense"}
            """;
        var document = Read(Json, out var id)!;
        Assert.Equal("c-1", id);
        Assert.Equal((400, 2, "PT", "ana.lima@example.com", "Ana Lima"), (document["total_spent"].AsInt64, document["purchase_count"].AsInt32,
            document["country"].AsString, document["email"].AsString, document["name"].AsString));
        Assert.Equal(Now, document["last_purchase_at"].ToUniversalTime());
        Assert.Equal(["ana", "lima"], document["words"].AsBsonArray.Select(word => word.AsString));

        var written = Write(document);
        Assert.Equal("2026-01-02T02:04:05.678Z", written.GetProperty("purchases")[0].GetProperty("at").GetString());
        Assert.Equal((true, "pt", 5, 0.5), (written.GetProperty("preferences").GetProperty("newsletter").GetBoolean(),
            written.GetProperty("preferences").GetProperty("language").GetString(), written.GetProperty("preferences").GetProperty("limit").GetInt32(),
            written.GetProperty("preferences").GetProperty("share").GetDouble()));
        Assert.False(written.TryGetProperty("words", out _));
        Assert.Equal(document, Read(written.GetRawText(), out _)); // a response can be sent back
    }

    [Theory]
    [InlineData("2026-07-01T10:00:00Z", "2026-07-01T10:00:00Z")]
    [InlineData("2026-07-01T10:00:00", "2026-07-01T10:00:00Z")]
    [InlineData("2026-07-01T10:00:00.1239-07:00", "2026-07-01T17:00:00.123Z")]
    [InlineData("2026-07-01", "2026-07-01T00:00:00Z")]
    public void A_time_without_an_offset_is_UTC(string at, string utc)
    {
        var json = $$"""{"name":"A","email":"a@b.co","purchases":[{"product":"P","quantity":1,"price":1,"at":"{{at}}"}]}""";
        Assert.Equal(utc, Write(Read(json, out _)!).GetProperty("purchases")[0].GetProperty("at").GetString());
    }

    [Fact]
    public void Text_is_stored_composed()
    {
        var document = Read("""{"name":"Jose\u0301","email":"jose\u0301@b.co"}""", out _)!;
        Assert.Equal(("Jos\u00E9", "jos\u00E9@b.co"), (document["name"].AsString, document["email"].AsString));
    }

    [Fact]
    public void A_name_that_is_not_Unicode_has_its_own_error()
    {
        var errors = new FieldErrors();
        Assert.Null(CustomerReader.Read(JsonElement.Parse("""{"name":"A","email":"a@b.co","\ud800":1,"preferences":{"\ud800":1}}"""), Now, errors, out _));
        Assert.True(errors.Any);
    }

    [Fact]
    public void A_name_and_an_address_are_enough()
    {
        var document = Read("""{"first_name":"Bo","email":"bo@example.com","phone":null}""", out var id)!;
        Assert.Equal((null, "Bo", "active", 0), (id, document["name"].AsString, document["status"].AsString, document["purchase_count"].AsInt32));
        Assert.False(document.Contains("phone"));
    }

    [Theory]
    [InlineData("""[]""", "customer")]
    [InlineData("""{"email":"a@b.co"}""", "name")]
    [InlineData("""{"name":"A"}""", "email")]
    [InlineData("""{"name":"","email":"a@b.co"}""", "name")]
    [InlineData("""{"name":7,"email":"a@b.co"}""", "name")]
    [InlineData("""{"name":"A\u0000","email":"a@b.co"}""", "name")]
    [InlineData("""{"name":"\ud800","email":"a@b.co"}""", "name")]
    [InlineData("""{"name":"A\u202eB","email":"a@b.co"}""", "name")]
    [InlineData("""{"name":"A\u2028B","email":"a@b.co"}""", "name")]
    [InlineData("""{"name":"A","email":"a@b.co","address":{"city":"\u2067X"}}""", "address.city")]
    [InlineData("""{"name":"A","email":"a@b.co","tags":["\u200f"]}""", "tags[0]")]
    [InlineData("""{"name":"A","email":"a.b.co"}""", "email")]
    [InlineData("""{"name":"A","email":"a@b"}""", "email")]
    [InlineData("""{"name":"A","email":"a@b@c.de"}""", "email")]
    [InlineData("""{"name":"A","email":"a b@c.de"}""", "email")]
    [InlineData("""{"name":"A","email":"a@-c.de"}""", "email")]
    [InlineData("""{"name":"A","email":"a@b.co","phone":"call me"}""", "phone")]
    [InlineData("""{"name":"A","email":"a@b.co","phone":"1234"}""", "phone")]
    [InlineData("""{"name":"A","email":"a@b.co","status":"gone"}""", "status")]
    [InlineData("""{"name":"A","email":"a@b.co","country":"Germany"}""", "country")]
    [InlineData("""{"name":"A","email":"a@b.co","country":"XX"}""", "country")]
    [InlineData("""{"name":"A","email":"a@b.co","customer_id":"a/b"}""", "customer_id")]
    [InlineData("""{"name":"A","email":"a@b.co","user_id":"a b"}""", "user_id")]
    [InlineData("""{"name":"A","email":"a@b.co","address":"here"}""", "address")]
    [InlineData("""{"name":"A","email":"a@b.co","address":{"city":1}}""", "address.city")]
    [InlineData("""{"name":"A","email":"a@b.co","address":{"planet":"Mars"}}""", "address.planet")]
    [InlineData("""{"name":"A","email":"a@b.co","tags":"x"}""", "tags")]
    [InlineData("""{"name":"A","email":"a@b.co","tags":["x",1]}""", "tags[1]")]
    [InlineData("""{"name":"A","email":"a@b.co","preferences":{"a":[]}}""", "preferences.a")]
    [InlineData("""{"name":"A","email":"a@b.co","preferences":{"a":9223372036854775808}}""", "preferences.a")]
    [InlineData("""{"name":"A","email":"a@b.co","purchases":[{"product":"P","quantity":1,"price":9223372036854775808}]}""", "purchases[0].price")]
    [InlineData("""{"name":"A","email":"a@b.co","preferences":{"$a":1}}""", "preferences")]
    [InlineData("""{"name":"A","email":"a@b.co","preferences":{"a.b":1}}""", "preferences")]
    [InlineData("""{"name":"A","email":"a@b.co","purchases":[1]}""", "purchases[0]")]
    [InlineData("""{"name":"A","email":"a@b.co","purchases":[{"quantity":1,"price":1}]}""", "purchases[0].product")]
    [InlineData("""{"name":"A","email":"a@b.co","purchases":[{"product":"P","quantity":0,"price":1}]}""", "purchases[0].quantity")]
    [InlineData("""{"name":"A","email":"a@b.co","purchases":[{"product":"P","quantity":1,"price":1.5}]}""", "purchases[0].price")]
    [InlineData("""{"name":"A","email":"a@b.co","purchases":[{"product":"P","quantity":1,"price":99999999999999999999}]}""", "purchases[0].price")]
    [InlineData("""{"name":"A","email":"a@b.co","purchases":[{"product":"P","quantity":1,"price":1,"at":"yesterday"}]}""", "purchases[0].at")]
    [InlineData("""{"name":"A","email":"a@b.co","purchases":[{"product":"P","quantity":1,"price":1,"at":"12/31/2026"}]}""", "purchases[0].at")]
    [InlineData("""{"name":"A","email":"a@b.co","purchases":[{"product":"P","quantity":1,"price":1,"at":"2026-01-01\ud800"}]}""", "purchases[0].at")]
    [InlineData("""{"name":"A","email":"a@b.co","nmae":"B"}""", "nmae")]
    public void An_invalid_field_is_named(string json, string field)
    {
        var errors = new FieldErrors();
        Assert.Null(CustomerReader.Read(JsonElement.Parse(json), Now, errors, out _));
        Assert.Equal([field], errors.ToDictionary().Keys);
    }

    [Fact]
    public void All_invalid_fields_are_named_together()
    {
        var errors = new FieldErrors();
        Assert.Null(CustomerReader.Read(JsonElement.Parse("""{"email":1,"status":2,"country":"x","tags":3,"a":4}"""), Now, errors, out _));
        Assert.Equal(["a", "country", "email", "name", "status", "tags"], errors.ToDictionary().Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Limits_are_exact()
    {
        Assert.NotNull(Read(WithTags(20), out _));
        AssertWrong(WithTags(21), "tags");
        Assert.NotNull(Read(WithName(200), out _));
        AssertWrong(WithName(201), "name");
        var many = string.Join(',', Enumerable.Repeat("""{"product":"P","quantity":100000,"price":1000000000}""", 100));
        Assert.Equal(10_000_000_000_000_000, Read($$"""{"name":"A","email":"a@b.co","purchases":[{{many}}]}""", out _)!["total_spent"].AsInt64);
        AssertWrong($$"""{"name":"A","email":"a@b.co","purchases":[{{many}},{{many}}]}""", "purchases");

        static string WithTags(int count) => $$"""{"name":"A","email":"a@b.co","tags":[{{string.Join(',', Enumerable.Repeat("\"t\"", count))}}]}""";
        static string WithName(int length) => $$"""{"name":"{{new string('n', length)}}","email":"a@b.co"}""";
    }

    [Fact]
    public void The_error_for_invalid_input_stays_small()
    {
        var errors = new FieldErrors();
        var json = $"{{{string.Join(',', Enumerable.Range(0, 5_000).Select(i => $"\"{new string('x', 200)}{i}\":1"))}}}";
        Assert.Null(CustomerReader.Read(JsonElement.Parse(json), Now, errors, out _));
        Assert.True(errors.Detail().Length < 4_000);
    }

    internal static JsonElement Write(BsonDocument document)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) json.WriteCustomer(document);
        return JsonElement.Parse(Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void AssertWrong(string json, string field)
    {
        var errors = new FieldErrors();
        Assert.Null(CustomerReader.Read(JsonElement.Parse(json), Now, errors, out _));
        Assert.Equal([field], errors.ToDictionary().Keys);
    }

    private static BsonDocument? Read(string json, out string? id)
    {
        var errors = new FieldErrors();
        var document = CustomerReader.Read(JsonElement.Parse(json), Now, errors, out id);
        Assert.False(errors.Any, errors.Detail());
        return document;
    }
}
