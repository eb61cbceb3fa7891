using ServiceKit.Text;

namespace Tests.Unit.ServiceKit;

[Trait("Category", "Unit")]
public sealed class CanonicalFormsTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("Jose\u0301", "Jos\u00E9")]
    [InlineData("Jos\u00E9", "Jos\u00E9")]
    [InlineData("\u212B", "\u00C5")] // the angstrom sign is a letter
    [InlineData("q\u0323\u0307", "q\u0323\u0307")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")] // marks have an order
    [InlineData("a\u0323\u0302", "\u1EAD")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C")] // Hangul
    [InlineData("\uD558\u11AB", "\uD55C")]
    [InlineData("\u0915\u093C", "\u0915\u093C")] // a composition that Unicode excludes
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    [InlineData("\u0301", "\u0301")]
    [InlineData("a\u0300\u0300", "\u00E0\u0300")]
    [InlineData("\u6797\u2F800", "\u6797\u2F800")]
    public void Text_is_composed(string text, string composed) => Assert.Equal(composed, CanonicalForms.Compose(text));

    /// <summary>Quadratic work would take minutes.</summary>
    [Fact(Timeout = 20_000)]
    public async Task Very_many_marks_are_ordered_in_time()
    {
        const int Marks = 200_000;
        var text = "q" + new string('\u0300', Marks) + new string('\u0316', Marks);
        var composed = await Task.Run(() => CanonicalForms.Compose(text), TestContext.Current.CancellationToken);
        Assert.Equal("q" + new string('\u0316', Marks) + new string('\u0300', Marks), composed);
    }

    [Fact]
    public void Text_is_decomposed() => Assert.Equal("a\u0323\u0302 \u1112\u1161\u11AB", CanonicalForms.Decompose("\u1EAD \uD55C"));

    [Fact]
    public void Every_character_keeps_its_meaning()
    {
        for (var point = 0x80; point < 0x30000; point++)
        {
            if (point is >= 0xD800 and <= 0xDFFF) continue;
            var text = char.ConvertFromUtf32(point);
            var composed = CanonicalForms.Compose(text);
            Assert.Equal(composed, CanonicalForms.Compose(CanonicalForms.Decompose(text)));
            Assert.Equal(composed, CanonicalForms.Compose(composed));
        }
    }
}
