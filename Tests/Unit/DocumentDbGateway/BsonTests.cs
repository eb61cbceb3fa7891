extern alias DocumentDbGateway;

using DocumentDbGateway::DocumentDb.Gateway.Bson;

namespace Tests.Unit.DocumentDbGateway;

[Trait("Category", "Unit")]
public sealed class BsonTests
{
    private const int Rounds = 50_000, Seed = 4711;

    [Fact]
    public void Every_type_is_walked_with_its_exact_bytes()
    {
        var document = Documents.AllTypes();
        var (view, types, bytes) = (new Walk(document), new HashSet<byte>(), 5);
        foreach (var (type, _, element) in view.Elements)
        {
            types.Add(type);
            bytes += element;
        }

        Assert.Equal(21, types.Count);
        Assert.Equal(document.Length, bytes);
        Assert.Equal(BsonFault.None, BsonCheck.Check(document));
    }

    [Fact]
    public void A_truncated_document_is_malformed_at_every_length()
    {
        var document = Documents.AllTypes();
        for (var length = 0; length < document.Length; length++)
        {
            var cut = document[..length];
            if (length >= 4) BitConverter.TryWriteBytes(cut, length); // its length matches, so the elements must reveal the cut
            if (length >= 5) cut[^1] = 0;
            Assert.True(BsonCheck.Check(cut) == BsonFault.Malformed || length == 5 || IsAtElementEnd(document, length), $"cut at {length}");
        }
    }

    [Fact]
    public void Nesting_has_a_limit()
    {
        Assert.Equal(BsonFault.None, BsonCheck.Check(Documents.Nested(BsonCheck.DepthMax)));
        Assert.Equal(BsonFault.TooDeep, BsonCheck.Check(Documents.Nested(BsonCheck.DepthMax + 1)));
        Assert.Equal(BsonFault.TooDeep, BsonCheck.Check(Documents.Nested(5_000)));
    }

    [Theory]
    [InlineData(new byte[] { 12, 0, 0, 0, 16, (byte)'a', 0, 1, 0, 0, 0, 1 })] // no zero at the end
    [InlineData(new byte[] { 9, 0, 0, 0, 8, (byte)'a', 0, 2, 0 })] // a boolean of 2
    [InlineData(new byte[] { 14, 0, 0, 0, 2, (byte)'a', 0, 255, 255, 255, 127, (byte)'x', 0, 0 })] // a string longer than the document
    [InlineData(new byte[] { 14, 0, 0, 0, 2, (byte)'a', 0, 0, 0, 0, 0, (byte)'x', 0, 0 })] // a string without its zero
    [InlineData(new byte[] { 14, 0, 0, 0, 2, (byte)'a', 0, 255, 255, 255, 255, (byte)'x', 0, 0 })] // a negative length
    [InlineData(new byte[] { 13, 0, 0, 0, 3, (byte)'a', 0, 255, 255, 255, 127, 0, 0 })] // an inner document longer than its outer one
    [InlineData(new byte[] { 13, 0, 0, 0, 5, (byte)'a', 0, 255, 255, 255, 127, 0, 0 })] // a binary of 2 GB
    [InlineData(new byte[] { 9, 0, 0, 0, 99, (byte)'a', 0, 0, 0 })] // no such type
    [InlineData(new byte[] { 8, 0, 0, 0, 10, (byte)'a', (byte)'b', 0 })] // a name without an end
    [InlineData(new byte[] { 255, 255, 255, 255, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { })]
    public void Malformed_documents_are_rejected(byte[] document) => Assert.Equal(BsonFault.Malformed, BsonCheck.Check(document));

    [Fact]
    public void No_change_of_bytes_breaks_the_walk()
    {
        var random = new Random(Seed);
        var original = Documents.AllTypes();
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = (byte[])original.Clone();
            for (var i = random.Next(1, 6); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (BsonCheck.Check(bytes) != BsonFault.None) continue;
            Assert.Equal(bytes.Length - 5, new Walk(bytes).Elements.Sum(e => e.Length)); // accepted documents are walked to the end
        }
    }

    [Fact]
    public void Values_are_read_with_their_types()
    {
        var view = new BsonView(Documents.AllTypes());
        Assert.True(view.MoveTo("string"u8));
        Assert.Equal("text", view.AsString());
        Assert.Null(view.AsInt64());
        Assert.True(view.MoveTo("boolean"u8));
        Assert.True(view.IsTrue);
        Assert.True(view.MoveTo("long"u8));
        Assert.Equal(1L << 40, view.AsInt64());
        Assert.False(view.MoveTo("nothing"u8));
        Assert.False(view.IsMalformed);
    }

    private static bool IsAtElementEnd(byte[] document, int length)
    {
        var end = 5;
        foreach (var (_, _, element) in new Walk(document).Elements)
            if (length == (end += element)) return true;
        return false;
    }

    private sealed class Walk
    {
        public Walk(byte[] document)
        {
            var view = new BsonView(document);
            while (view.MoveNext()) Elements.Add((view.Type, System.Text.Encoding.UTF8.GetString(view.Name), view.Element.Length));
        }

        public List<(byte Type, string Name, int Length)> Elements { get; } = [];
    }
}
