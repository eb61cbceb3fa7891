using ServiceKit.Text;

namespace Tests.Unit.ServiceKit;

[Trait("Category", "Unit")]
public sealed class PlainTextTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", "")]
    [InlineData("  Ada  \t\r\n Lovelace\u00A0\u3000", "Ada Lovelace")]
    [InlineData("Jose\u0301", "Jos\u00E9")]
    [InlineData("\u202Eevil\u202C", "evil")]
    [InlineData("\u2066a\u2069\u200Fb\uFEFF\u200B\u00AD", "ab")]
    [InlineData("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645")] // Persian needs the joiner
    [InlineData("a \u202E b", "a b")]
    public void Text_is_cleaned(string? text, string? clean) => Assert.Equal(clean, PlainText.Clean(text));

    [Theory]
    [InlineData("Ada", true)]
    [InlineData("\u05E2\u05D3\u05D4", true)]
    [InlineData("a\u0000", false)]
    [InlineData("a\nb", false)]
    [InlineData("a\u2028b", false)]
    [InlineData("a\u202Eb", false)]
    [InlineData("a\u2067b", false)]
    [InlineData("a\u061Cb", false)]
    public void Text_with_control_or_direction_characters_is_not_plain(string text, bool isPlain) => Assert.Equal(isPlain, PlainText.IsPlain(text));
}
