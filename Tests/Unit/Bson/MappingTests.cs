using System.Diagnostics.CodeAnalysis;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Attributes;
using MongoDB.Bson.Serialization.Conventions;

namespace Tests.Unit.Bson;

[Trait("Category", "Unit")]
[SuppressMessage("Design", "CA1034", Justification = "The mapper takes public members.")]
public sealed class MappingTests
{
    public enum Status
    {
        Active,
        Blocked,
    }

    [BsonIgnoreExtraElements]
    public sealed record Customer(
        [property: BsonId] string Id,
        [property: BsonElement("full_name")] string Name,
        [property: BsonRepresentation(BsonType.String)] Status Status,
        decimal Spent,
        DateTime Joined,
        [property: BsonIgnoreIfNull] string? Phone = null)
    {
        public List<Purchase> Purchases { get; init; } = [];

        public Dictionary<string, int> Counts { get; init; } = [];

        public int? Level { get; set; }

        [BsonIgnore]
        public string Shown => Name + Id;
    }

    public sealed class Purchase
    {
        [BsonElement("sku")]
        public string Sku { get; set; } = "";

        [BsonElement("amount"), BsonRepresentation(BsonType.Int64)]
        public int Amount { get; set; }

        public Purchase? Next { get; set; }
    }

    public sealed class Keyed
    {
        public ObjectId Id { get; set; }

        [BsonGuidRepresentation(GuidRepresentation.Standard)]
        public Guid Token { get; set; }

        [BsonIgnoreIfDefault]
        public int Zero { get; set; }

        [BsonRepresentation(BsonType.ObjectId)]
        public string? Other { get; set; }
    }

    public sealed record Camel(string FirstName, int ShoeSize);

    [Fact]
    public void A_record_comes_back_as_it_was_and_its_elements_are_called_as_asked()
    {
        var customer = new Customer("c1", "Ada", Status.Blocked, 12.50m, new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc))
        {
            Purchases = [new() { Sku = "a", Amount = 2, Next = new() { Sku = "b" } }],
            Counts = { ["x"] = 1 },
            Level = 3,
        };
        var document = customer.ToBsonDocument();
        Assert.Equal(["_id", "full_name", "Status", "Spent", "Joined", "Purchases", "Counts", "Level"], document.Names);
        Assert.Equal("Blocked", document["Status"].AsString);
        Assert.Equal(BsonType.Decimal128, document["Spent"].BsonType);
        Assert.Equal(BsonType.Int64, document["Purchases"][0]["amount"].BsonType);
        var again = BsonSerializer.Deserialize<Customer>(customer.ToBson());
        Assert.Equal(document, again.ToBsonDocument());
        Assert.Equal(("Ada", 12.50m, customer.Joined, "b"), (again.Name, again.Spent, again.Joined, again.Purchases[0].Next!.Sku));
    }

    [Fact]
    public void Elements_in_another_order_and_more_of_them_are_read()
    {
        var document = BsonDocument.Parse(
            "{ more: [1, {a: 2}], Joined: { $date: '2024-01-01T00:00:00Z' }, Spent: 3, Status: 1, full_name: 'Bo', _id: 'x', Level: null }");
        var customer = BsonSerializer.Deserialize<Customer>(document);
        Assert.Equal(("x", "Bo", Status.Blocked, 3m, null, null),
            (customer.Id, customer.Name, customer.Status, customer.Spent, customer.Phone, customer.Level));
        Assert.Empty(customer.Purchases);
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        Assert.Contains("'_id'", Assert.Throws<FormatException>(() => BsonSerializer.Deserialize<Customer>(new BsonDocument("full_name", "x"))).Message,
            StringComparison.Ordinal);
        Assert.Contains("'extra'", Assert.Throws<FormatException>(() => BsonSerializer.Deserialize<Purchase>(new BsonDocument("extra", 1))).Message,
            StringComparison.Ordinal);
        var wrong = Assert.Throws<FormatException>(() => BsonSerializer.Deserialize<Purchase>(new BsonDocument("amount", "many")));
        Assert.Contains("amount", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("sku", Assert.Throws<FormatException>(() => BsonSerializer.Deserialize<Purchase>(new BsonDocument("sku", 1))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_guids_and_defaults_have_their_own_rules()
    {
        var keyed = new Keyed { Token = Guid.NewGuid() };
        Codec<Keyed>.Instance.AssignId(keyed);
        Assert.NotEqual(ObjectId.Empty, keyed.Id);
        var document = keyed.ToBsonDocument();
        Assert.Equal(keyed.Token, document["Token"].AsGuid);
        Assert.False(document.Contains("Zero"));
        Assert.Equal(BsonNull.Value, document["Other"]);
        Assert.Equal(keyed.Token, BsonSerializer.Deserialize<Keyed>(document).Token);
        Assert.Throws<BsonSerializationException>(() => new BsonBinaryData(keyed.Token, GuidRepresentation.Unspecified));
    }

    [Fact]
    public void Conventions_hold_for_the_classes_they_are_registered_for()
    {
        ConventionRegistry.Register("tests", new ConventionPack { new CamelCaseElementNameConvention(), new IgnoreExtraElementsConvention(true) }, type
            => type == typeof(Camel));
        Assert.Equal("{ \"firstName\" : \"A\", \"shoeSize\" : 44 }", new Camel("A", 44).ToJson());
        Assert.Equal(new Camel("B", 40), BsonSerializer.Deserialize<Camel>("{ shoeSize: 40, x: 1, firstName: 'B' }"));
    }

    [Fact]
    public void A_document_keeps_order_refuses_duplicates_and_finds_names_also_among_many()
    {
        var document = new BsonDocument { { "a", 1 }, { "b", "x" } };
        Assert.Throws<InvalidOperationException>(() => document.Add("a", 2));
        document["a"] = 2.5;
        Assert.Equal("{ \"a\" : 2.5, \"b\" : \"x\" }", document.ToString());
        for (var i = 0; i < 50; i++) document["n" + i] = i;
        document.Remove("n10");
        document.InsertAt(0, new BsonElement("first", true));
        Assert.Equal(49, document["n49"].AsInt32);
        Assert.False(document.Contains("n10"));
        Assert.Equal(0, document.IndexOfName("first"));
        Assert.True(new BsonInt32(1) == new BsonInt64(1));
        Assert.Throws<KeyNotFoundException>(() => document["none"]);
        Assert.Throws<InvalidCastException>(() => document["b"].AsInt32);
    }
}
