using MongoDB.Bson;
using MongoDB.Driver;

namespace Tests.MongoDB.Driver;

/// <summary>Values of each BSON type round-trip and can be queried.</summary>
[Collection(SharedMongoDBServer.Name)]
[Trait("Category", "Cluster")]
public sealed class BsonTypeTests(MongoDBServer server) : DriverTests(server)
{
    private static readonly BsonValue[] Values =
    [
        1.5, double.NaN, double.PositiveInfinity, -0.0, double.Epsilon, "", "text", "ümläut \u0001 漢字 😀", new string('x', 70_000),
        new BsonDocument(), new BsonDocument { { "a", 1 }, { "", "empty name" }, { "a.b", "dot" }, { "$c", "dollar" } },
        new BsonArray(), new BsonArray { 1, "two", BsonNull.Value, new BsonArray { 3 } },
        new BsonBinaryData([]), new BsonBinaryData([1, 2, 3], BsonBinarySubType.UserDefined),
        new BsonBinaryData(new Guid("00112233-4455-6677-8899-aabbccddeeff"), GuidRepresentation.Standard),
        new BsonBinaryData(new byte[16], BsonBinarySubType.MD5), BsonUndefined.Value, new ObjectId("0123456789abcdef01234567"), true, false,
        new BsonDateTime(0), new BsonDateTime(-1), new BsonDateTime(253_402_300_799_999), BsonNull.Value,
        new BsonRegularExpression("^a.*b$", "imsx"), new BsonJavaScript("f = 1"), BsonSymbol.Create("symbol"),
        new BsonJavaScriptWithScope("f = x", new BsonDocument("x", 1)), int.MinValue, int.MaxValue, new BsonTimestamp(123, 456),
        long.MinValue, long.MaxValue, 5L, Decimal128.Parse("1.10"), Decimal128.MaxValue, Decimal128.QNaN, Decimal128.Parse("-0E-6176"),
        BsonMinKey.Value, BsonMaxKey.Value,
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Values.Length)];

    /// <summary>All types except undefined, which cannot be compared.</summary>
    public static TheoryData<int> Ids => [.. Enumerable.Range(0, Values.Length).Where(number => Values[number] is not BsonUndefined)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task It_round_trips(int number)
    {
        var document = new BsonDocument { { "_id", number }, { "value", Values[number] }, { "array", new BsonArray { Values[number], 1 } } };
        await Documents.InsertOneAsync(document, cancellationToken: Ct);
        var raw = Database.GetCollection<RawBsonDocument>("documents");

        Assert.Equal(document.ToBson(), (await raw.Find(new BsonDocument("_id", number)).SingleAsync(Ct)).ToBson()); // by its id, bypassing the engine's find
        Assert.Equal(document.ToBson(), (await raw.Find(new BsonDocument("value", new BsonDocument("$exists", true))).SingleAsync(Ct)).ToBson());
        Assert.Equal(document.ToBson(), (await raw.Aggregate().Match(new BsonDocument("_id", number)).SingleAsync(Ct)).ToBson());
        var type = Values[number] is BsonMinKey ? -1 : (int)Values[number].BsonType;
        Assert.Equal(1, await Documents.CountDocumentsAsync(new BsonDocument("value", new BsonDocument("$type", type)), cancellationToken: Ct));
    }

    [Fact]
    public async Task All_are_in_one_document_and_in_MongoDBs_order()
    {
        var document = new BsonDocument("_id", 1);
        foreach (var (index, value) in Values.Index()) document.Add($"v{index}", value);
        await Documents.InsertOneAsync(document, cancellationToken: Ct);
        Assert.Equal(document.ToBson(), (await Documents.Find(new BsonDocument("_id", 1)).SingleAsync(Ct)).ToBson());

        BsonValue[] ordered =
        [
            BsonMinKey.Value, BsonNull.Value, 1, 1.5, 2L, Decimal128.Parse("2.5"), "a", new BsonDocument("x", 1), new BsonBinaryData([1]),
            new ObjectId("0123456789abcdef01234567"), false, true, new BsonDateTime(1), new BsonTimestamp(1, 1), BsonMaxKey.Value,
        ];
        var sorted = Database.GetCollection<BsonDocument>("sorted");
        await sorted.InsertManyAsync(ordered.Reverse().Select(value => new BsonDocument("v", value)), cancellationToken: Ct);
        Assert.Equal(ordered, (await sorted.Find(FilterDefinition<BsonDocument>.Empty).Sort(new BsonDocument("v", 1)).ToListAsync(Ct)).Select(d => d["v"]));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task It_is_an_id_where_MongoDB_lets_it_be_one(int number)
    {
        if (Values[number].BsonType is BsonType.Array or BsonType.RegularExpression || Values[number] is BsonDocument { ElementCount: > 0 })
        {
            await Assert.ThrowsAsync<MongoWriteException>(() => Documents.InsertOneAsync(new BsonDocument("_id", Values[number]), cancellationToken: Ct));
            return;
        }
        await Documents.InsertOneAsync(new BsonDocument("_id", Values[number]), cancellationToken: Ct);
        Assert.Equal(Values[number], (await Documents.Find(new BsonDocument("_id", new BsonDocument("$eq", Values[number]))).SingleAsync(Ct))["_id"]);
    }
}
