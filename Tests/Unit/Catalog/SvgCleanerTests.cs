extern alias StockApi;
using System.Text;
using StockApi::Stock.Api.Catalog;

namespace Tests.Unit.Catalog;

/// <summary>Cleaning an SVG keeps drawing elements and removes everything that runs scripts or loads resources.</summary>
[Trait("Category", "Unit")]
public sealed class SvgCleanerTests
{
    private const string Head = "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 4 4\">";

    [Theory]
    [InlineData("<path d=\"M0 0h4v4z\" fill=\"#abc\" stroke-width=\"2\" transform=\"translate(1 1) rotate(45)\" />")]
    [InlineData("<g opacity=\".5\"><circle cx=\"2\" cy=\"2\" r=\"1\" fill=\"rgba(1,2,3,.5)\" /></g>")]
    [InlineData("<defs><linearGradient id=\"a\"><stop offset=\"1\" stop-color=\"red\" /></linearGradient></defs><rect fill=\"url(#a)\" />")]
    [InlineData("<text x=\"1\">a &lt;b&gt; &amp; c</text>")]
    public void Drawing_elements_are_not_changed(string inner) => Assert.Equal(
        $"<svg viewBox=\"0 0 4 4\" xmlns=\"http://www.w3.org/2000/svg\">{inner}</svg>", Clean($"<?xml version=\"1.0\"?><!-- x -->{Head}{inner}</svg>"));

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<SCRIPT>alert(1)</SCRIPT>")]
    [InlineData("<script xmlns=\"http://www.w3.org/1999/xhtml\">alert(1)</script>")]
    [InlineData("<x:script xmlns:x=\"http://www.w3.org/2000/svg\" href=\"data:,alert(1)\" />")]
    [InlineData("<foreignObject><iframe xmlns=\"http://www.w3.org/1999/xhtml\" src=\"javascript:alert(1)\" /></foreignObject>")]
    [InlineData("<image href=\"https://evil.example/a.png\" />")]
    [InlineData("<image xlink:href=\"data:image/svg+xml;base64,PHN2Zy8+\" />")]
    [InlineData("<use href=\"https://evil.example/a.svg#a\" />")]
    [InlineData("<use xlink:href=\"#a\" />")]
    [InlineData("<a href=\"javascript:alert(1)\"><path d=\"M0 0\" /></a>")]
    [InlineData("<style>@import url(https://evil.example/a.css);</style>")]
    [InlineData("<animate attributeName=\"href\" values=\"javascript:alert(1)\" />")]
    [InlineData("<set attributeName=\"onload\" to=\"alert(1)\" />")]
    [InlineData("<feImage href=\"https://evil.example/a\" />")]
    [InlineData("<handler xmlns=\"http://www.w3.org/2001/xml-events\">alert(1)</handler>")]
    [InlineData("<metadata><x>alert(1)</x></metadata>")]
    [InlineData("<?xml-stylesheet href=\"https://evil.example/a.css\"?>")]
    [InlineData("<!-- alert(1) -->")]
    public void Elements_that_run_or_load_are_removed_with_their_content(string inner) => Assert.Equal(
        "<svg viewBox=\"0 0 4 4\" xmlns=\"http://www.w3.org/2000/svg\"></svg>", Clean($"{Head}{inner}</svg>"));

    [Theory]
    [InlineData("onload=\"alert(1)\"")]
    [InlineData("ONCLICK=\"alert(1)\"")]
    [InlineData("style=\"background:url(https://evil.example)\"")]
    [InlineData("class=\"a\"")]
    [InlineData("href=\"#a\"")]
    [InlineData("xlink:href=\"https://evil.example\"")]
    [InlineData("xml:base=\"https://evil.example/\"")]
    [InlineData("fill=\"url(https://evil.example/a.svg#a)\"")]
    [InlineData("fill=\"url('//evil.example')\"")]
    [InlineData("fill=\"URL(https://evil.example)\"")]
    [InlineData("fill=\"u\\72 l(https://evil.example)\"")]
    [InlineData("fill=\"url(#a) url(https://evil.example)\"")]
    [InlineData("fill=\"rgb(1,2,3) image-set('https://evil.example')\"")]
    [InlineData("mask=\"x-rotate(url(https://evil.example))\"")]
    [InlineData("clip-path=\"url(&#x68;ttps://evil.example)\"")]
    [InlineData("filter=\"url(#a)\"")]
    [InlineData("attributeName=\"href\"")]
    public void Attributes_that_run_or_load_are_removed(string attribute) => Assert.Equal(
        "<svg viewBox=\"0 0 4 4\" xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0\" /></svg>", Clean($"{Head}<path {attribute} d=\"M0 0\" /></svg>"));

    [Theory]
    [InlineData("#a", true)]
    [InlineData("https://evil.example/#a", false)]
    [InlineData("javascript:alert(1)", false)]
    public void Gradients_may_only_reference_their_own_file(string address, bool stays)
    {
        var clean = Clean($"{Head}<linearGradient xlink:href=\"{address}\" /></svg>");
        Assert.Equal(stays, clean.Contains(address, StringComparison.Ordinal));
        Assert.DoesNotContain("xlink", clean, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gradient_with_both_forms_of_a_reference_keeps_one() => Assert.Contains(
        "<linearGradient href=\"#a\" />", Clean($"{Head}<linearGradient href=\"#a\" xlink:href=\"#a\" /></svg>"), StringComparison.Ordinal);

    [Theory]
    [InlineData("<!DOCTYPE svg>" + Head + "</svg>")]
    [InlineData("<!DOCTYPE svg [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" + Head + "<text>&a;</text></svg>")]
    [InlineData("<!DOCTYPE svg [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>" + Head + "<text>&b;</text></svg>")]
    [InlineData(Head + "<path>")]
    [InlineData(Head + "</svg><script/>")]
    [InlineData(Head + "<text>&nope;</text></svg>")]
    [InlineData("<html xmlns=\"http://www.w3.org/1999/xhtml\"><script>alert(1)</script></html>")]
    [InlineData("<svg><script>alert(1)</script></svg>")]
    [InlineData("<")]
    public void A_document_with_a_DTD_or_errors_is_refused(string text) => Assert.NotNull(Refuse(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Another_encoding_is_refused()
    {
        Assert.NotNull(Refuse([.. Encoding.UTF8.GetBytes(Head), 0xFF, 0xFE, .. "</svg>"u8]));
        foreach (var encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32 })
            Assert.Null(PictureReader.Read([.. encoding.Preamble, .. encoding.GetBytes(Head + "</svg>")]).Picture);
        Assert.NotNull(Refuse(Encoding.Unicode.GetBytes(Head + "</svg>")));
        // The declared encoding is ignored: the bytes are read as UTF-8.
        Assert.DoesNotContain("script", Clean($"<?xml version=\"1.0\" encoding=\"UTF-7\"?>{Head}+ADw-script+AD4-alert(1)+ADw-/script+AD4-</svg>")
            .Replace("+ADw-script", "", StringComparison.Ordinal).Replace("+ADw-/script", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Elements_are_limited_in_number_and_depth()
    {
        Assert.NotNull(Refuse(Encoding.UTF8.GetBytes(Head + string.Concat(Enumerable.Repeat("<g/>", SvgCleaner.ElementsMax)) + "</svg>")));
        Assert.NotNull(Refuse(Encoding.UTF8.GetBytes(
            Head + string.Concat(Enumerable.Repeat("<g>", SvgCleaner.DepthMax)) + string.Concat(Enumerable.Repeat("</g>", SvgCleaner.DepthMax)) + "</svg>")));
        // Removed elements do not count, however deep they are.
        Assert.NotNull(Clean(Head + string.Concat(Enumerable.Repeat("<a>", 10_000)) + string.Concat(Enumerable.Repeat("</a>", 10_000)) + "</svg>"));
    }

    [Fact]
    public void Cleaning_is_idempotent()
    {
        var once = Clean($"{Head}<g><text>a</text><mask/><stop offset=\"1\" onclick=\"x\"/></g></svg>");
        Assert.Equal(once, Clean(once));
    }

    private static string Clean(string text)
    {
        var clean = SvgCleaner.Clean(Encoding.UTF8.GetBytes(text), out var error);
        Assert.Null(error);
        return Encoding.UTF8.GetString(clean!);
    }

    private static string? Refuse(byte[] bytes)
    {
        Assert.Null(SvgCleaner.Clean(bytes, out var error));
        return error;
    }
}
