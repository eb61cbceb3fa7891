using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;

namespace Tests.Unit.Bson;

/// <summary>Random documents come back as they were; broken bytes are refused, and cost no more than they are long.</summary>
[Trait("Category", "Unit")]
public sealed class BsonFuzzTests
{
    private static readonly JsonWriterSettings Canonical = new() { OutputMode = JsonOutputMode.CanonicalExtendedJson };

    [Fact]
    public void A_document_survives_bytes_and_canonical_json()
    {
        var random = new Random(20250101);
        for (var i = 0; i < 400; i++)
        {
            var document = Document(random, 4);
            var bytes = document.ToBson();
            var again = BsonSerializer.Deserialize<BsonDocument>(bytes);
            Assert.Equal(document, again);
            Assert.Equal(document.GetHashCode(), again.GetHashCode());
            Assert.Equal(0, document.CompareTo(again));
            Assert.Equal(bytes, BsonDocument.Parse(document.ToJson(Canonical)).ToBson());
        }
    }

    [Fact]
    public void Broken_bytes_are_refused_and_allocate_little()
    {
        var random = new Random(7);
        for (var i = 0; i < 3_000; i++)
        {
            var bytes = Document(random, 3).ToBson();
            for (var hits = random.Next(1, 5); hits > 0; hits--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length)];
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                BsonSerializer.Deserialize<BsonDocument>(bytes).ToBson();
            }
            catch (FormatException)
            {
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000 + 400L * bytes.Length);
        }
    }

    [Fact]
    public void Broken_json_is_refused()
    {
        var random = new Random(11);
        for (var i = 0; i < 3_000; i++)
        {
            var text = Document(random, 3).ToJson(Canonical).ToCharArray();
            for (var hits = random.Next(1, 4); hits > 0; hits--) text[random.Next(text.Length)] = "{}[]\",:\\$0a "[random.Next(12)];
            if (BsonDocument.TryParse(new string(text), out var document)) document.ToBson();
        }
    }

    [Fact]
    public void A_hundred_levels_are_read_and_written_and_one_more_is_refused()
    {
        var document = new BsonDocument();
        for (var level = 1; level < 100; level++) document = new BsonDocument("a", document);
        Assert.Equal(document, BsonSerializer.Deserialize<BsonDocument>(document.ToBson()));
        Assert.Equal(document, BsonDocument.Parse(document.ToJson()));
        Assert.Throws<BsonSerializationException>(() => new BsonDocument("a", document).ToBson());

        var deep = new List<byte> { 5, 0, 0, 0, 0 };
        for (var level = 0; level < 100; level++)
        {
            deep.InsertRange(0, [.. BitConverter.GetBytes(deep.Count + 8), 3, (byte)'a', 0]);
            deep.Add(0);
        }

        Assert.Throws<FormatException>(() => BsonSerializer.Deserialize<BsonDocument>(deep.ToArray()));
        Assert.Throws<FormatException>(() => BsonDocument.Parse(string.Concat(Enumerable.Repeat("{a:", 100_000))));
    }

    [Fact]
    public void A_stream_that_claims_more_than_it_has_is_refused()
    {
        using var stream = new MemoryStream([255, 255, 255, 0, 1, 2, 3]);
        Assert.Throws<EndOfStreamException>(() => BsonSerializer.Deserialize<BsonDocument>(stream));
        using var large = new MemoryStream([255, 255, 255, 127, 1, 2, 3]);
        Assert.Throws<FormatException>(() => BsonSerializer.Deserialize<BsonDocument>(large));
    }

    private static BsonDocument Document(Random random, int depth)
    {
        var document = new BsonDocument();
        for (var count = random.Next(12); count > 0; count--) document[Text(random).Replace("$", "", StringComparison.Ordinal)] = Value(random, depth);
        return document;
    }

    private static BsonValue Value(Random random, int depth) => random.Next(depth > 0 ? 20 : 18) switch
    {
        0 => random.Next(),
        1 => random.NextInt64(),
        2 => BitConverter.Int64BitsToDouble(random.NextInt64()) is var d && double.IsNaN(d) ? 0.5 : d,
        3 => Text(random),
        4 => random.Next(2) == 0,
        5 => BsonNull.Value,
        6 => ObjectId.GenerateNewId(random.Next()),
        7 => new BsonDateTime(random.NextInt64(-1L << 50, 1L << 50)),
        8 => new BsonBinaryData([.. Enumerable.Range(0, random.Next(40)).Select(i => (byte)i)], (BsonBinarySubType)random.Next(9)),
        9 => new BsonRegularExpression("a" + random.Next(), "im"),
        10 => new BsonTimestamp(random.Next(), random.Next()),
        11 => BsonMinKey.Value,
        12 => BsonMaxKey.Value,
        13 => new BsonJavaScript("f()"),
        14 => new BsonSymbol(Text(random)),
        15 => BsonUndefined.Value,
        16 => new BsonJavaScriptWithScope("f()", new BsonDocument("x", 1)),
        17 => (decimal)random.NextDouble() * 1000m,
        18 => Document(random, depth - 1),
        _ => new BsonArray(Enumerable.Range(0, random.Next(6)).Select(_ => Value(random, depth - 1))),
    };

    private static string Text(Random random)
        => string.Concat(Enumerable.Range(0, random.Next(12))
            .Select(_ => char.ConvertFromUtf32(random.Next(6) == 0 ? random.Next(0x1f300, 0x1f500) : random.Next(1, 0x2000))));
}
