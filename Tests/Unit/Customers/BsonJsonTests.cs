extern alias CustomerApi;
using System.Text;
using System.Text.Json;
using CustomerApi::Customer.Api.Customers;
using LoadTest.Customers;
using MongoDB.Bson;

namespace Tests.Unit.Customers;

[Trait("Category", "Unit")]
public sealed class BsonJsonTests
{
    private static readonly CustomerGenerator Generator = new(1);

    [Fact]
    public void Bytes_become_the_same_JSON_as_documents()
    {
        for (var i = 0; i < 500; i++) AssertSame(Generator.Make(i));
    }

    /// <summary>Types that this service never stores, but other programs may.</summary>
    [Fact]
    public void Values_that_JSON_does_not_have_become_the_same_texts()
    {
        AssertSame(new BsonDocument
        {
            { "_id", "a" }, { "words", new BsonArray { "x" } }, { "request", "r" }, { "double", 1.5 }, { "nan", double.NaN }, { "long", long.MaxValue },
            { "null", BsonNull.Value }, { "object", ObjectId.Parse("0123456789abcdef01234567") }, { "bytes", new BsonBinaryData([1, 2, 3]) },
            { "pattern", new BsonRegularExpression("a.*\"", "i") }, { "code", new BsonJavaScript("f()") }, { "stamp", new BsonTimestamp(7) },
            { "early", new BsonDateTime(long.MinValue) }, { "late", new BsonDateTime(253_402_300_799_998) }, { "later", new BsonDateTime(253_402_300_800_000) },
            { "first", new BsonDateTime(-62_135_596_800_000) }, { "min", BsonMinKey.Value }, { "max", BsonMaxKey.Value }, { "none", BsonUndefined.Value },
            { "decimal", new BsonDecimal128(Decimal128.Parse("1.10")) }, { "text", "\"ä\u0001\ud83d\ude00" },
            { "inner", new BsonDocument { { "_id", 1 }, { "words", 2 }, { "list", new BsonArray { 1, new BsonDocument("a", true), new BsonArray() } } } },
        }.ToBson());
    }

    [Fact]
    public void Invalid_BSON_is_always_a_format_error()
    {
        var random = new Random(1);
        var customer = Generator.Make(1);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = customer.ToArray();
            for (var changes = random.Next(1, 4); changes > 0; changes--) bytes[random.Next(4, bytes.Length - 1)] = (byte)random.Next(256);
            try
            {
                Write(new RawBsonDocument(bytes));
            }
            catch (FormatException)
            {
            }
        }
    }

    private static void AssertSame(byte[] bytes)
    {
        var raw = new RawBsonDocument(bytes);
        Assert.Equal(Write(new BsonDocument(raw.Elements)), Write(raw));
    }

    private static string Write(BsonDocument customer)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) json.WriteCustomer(customer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
