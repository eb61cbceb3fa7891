using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using LoadTest.Reports;
using LoadTest.Statistics;

namespace Tests.Unit.LoadTest;

[Trait("Category", "Unit")]
public sealed partial class HtmlReportTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg", Html = "http://www.w3.org/1999/xhtml";

    [Fact]
    public void The_page_is_well_formed_and_has_its_plots()
    {
        var page = Parse(HtmlReport.Write(RunReports.Of(10, 100, 5, errors: 3)));
        Assert.Equal(["throughput over time", "latency over time", "latency distribution", "outcomes of each scenario"],
            page.Descendants(Svg + "svg").Select(static svg => svg.Attribute("aria-label")!.Value));
        Assert.Equal(4, page.Descendants(Svg + "polyline").Count());
        Assert.All(page.Descendants(Svg + "polyline"), static line => Assert.Equal(11, line.Attribute("points")!.Value.Split(' ').Length));
        Assert.Equal("100", page.Descendants(Html + "strong").First().Value);
        Assert.Contains("one: find item: \"wrong\" & <worse>", page.Descendants(Html + "td").Select(static cell => cell.Value));
        Assert.Contains("503", page.Descendants(Html + "td").Select(static cell => cell.Value));
    }

    [Fact]
    public void The_page_is_self_contained_and_supports_dark_mode()
    {
        var text = HtmlReport.Write(RunReports.Of(10, 100, 5));
        Assert.DoesNotContain(Parse(text).Descendants(), static e => e.Name.LocalName is "script" or "link" or "img" or "iframe" or "object");
        Assert.DoesNotMatch(Elsewhere(), text);
        Assert.Contains("prefers-color-scheme: dark", text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_run_has_a_page_too()
    {
        var empty = RunReport.Of("shop", DateTimeOffset.UnixEpoch, 0, new LoadStatistics(), []);
        Assert.Equal("0", Parse(HtmlReport.Write(empty)).Descendants(Html + "strong").First().Value);
    }

    private static XDocument Parse(string page)
    {
        using var reader = XmlReader.Create(new StringReader(page), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader);
    }

    [GeneratedRegex(@"(src|href)=|url\(|@import|https?://(?!www\.w3\.org/(2000/svg|1999/xhtml)|shop)")]
    private static partial Regex Elsewhere();
}
