using System.Text.Json;
using System.Text.Json.Nodes;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;
using Tests.Repository;

namespace Tests.Unit.Bson;

/// <summary>The public BSON corpus, see <c>Data/bson-corpus/README.md</c>.</summary>
[Trait("Category", "Unit")]
public sealed class CorpusTests
{
    private static readonly JsonWriterSettings Canonical = new() { OutputMode = JsonOutputMode.CanonicalExtendedJson };

    public static TheoryData<string> Types
        => [.. Directory.GetFiles(Folder, "*.tsv").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(SourceTree.Root, "Tests", "Data", "bson-corpus");

    [Theory, MemberData(nameof(Types))]
    public void Every_case_is_read_written_or_refused_as_the_corpus_says(string type)
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, type + ".tsv"));
        Assert.NotEmpty(lines);
        foreach (var line in lines)
        {
            var fields = line.Split('\t');
            try
            {
                Check(fields);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{type}: {line}", e);
            }
        }
    }

    private static void Check(string[] fields)
    {
        switch (fields[0])
        {
            case "valid": Valid(fields); break;
            case "degenerate-bson": Assert.Equal(fields[2], Hex(Read(fields[1]))); break;
            case "degenerate-json": Assert.Equal(fields[2], Hex(BsonDocument.Parse(fields[1]))); break;
            case "decode-error": Assert.Throws<FormatException>(() => Read(fields[1])); break;
            case "parse-error": Assert.Throws<FormatException>(() => BsonDocument.Parse(fields[1])); break;
            case "number-error": Assert.Throws<FormatException>(() => Decimal128.Parse(fields[1])); break;
            default: throw new InvalidOperationException($"Unknown kind {fields[0]}.");
        }
    }

    private static void Valid(string[] fields)
    {
        var document = Read(fields[1]);
        Assert.Equal(fields[1], Hex(document));
        Assert.Equal(fields[1], Convert.ToHexString(new RawBsonDocument(Convert.FromHexString(fields[1])).ToBson()));
        Assert.Equal(document, document.DeepClone());
        if (fields.Length < 3 || fields[2].Length == 0) return;
        AssertJson(fields[2], document.ToJson(Canonical));
        if (fields.Length > 3 && fields[3].Length > 0) AssertJson(fields[3], document.ToJson());
        if (fields is not [.., "lossy"]) Assert.Equal(fields[1], Hex(BsonDocument.Parse(fields[2])));
    }

    private static BsonDocument Read(string hex) => BsonSerializer.Deserialize<BsonDocument>(Convert.FromHexString(hex));

    private static string Hex(BsonDocument document) => Convert.ToHexString(document.ToBson());

    private static void AssertJson(string expected, string actual)
        => Assert.True(JsonNode.DeepEquals(Parse(expected), Parse(actual)), $"{expected}\n{actual}");

    private static JsonNode? Parse(string text) => JsonNode.Parse(text, null, new JsonDocumentOptions { MaxDepth = 256 });
}
