using Aspire.Hosting.Testing;
using Microsoft.Playwright;
using Tests.Cluster;
using Tests.Repository;
using Tests.Unit;
using Tests.Unit.LoadTest;

namespace Tests.Browser;

/// <summary>Takes the README's screenshots and checks their size. With SHOP_PICTURES set, they are written into the repository.</summary>
[Collection(WholeShop.Name), Trait("Category", "Long")]
public sealed class ReadmePictures(ClusterFixture cluster, Chromium chromium) : IClassFixture<Chromium>
{
    private const int LimitMs = 120_000, BytesMax = 200_000, Height = 1000, ReportHeight = 1500;

    private static readonly TimeSpan ChartTime = TimeSpan.FromSeconds(12);

    [Fact(Timeout = LimitMs)]
    public async Task Are_taken()
    {
        var page = await chromium.NewVisitorAsync(cluster.Cluster.App.GetEndpoint("gateway"));
        await page.GotoAsync("/");
        await TakeAsync(page, "home");
        foreach (var product in new[] { "Teapot", "Kite" }) await (await NewVisitorAsync()).BuyAsync(product, 2, "Oregon");
        await page.BuyAsync("Mug", 3, "Oregon");
        await TakeAsync(page, "order");

        var operations = await chromium.NewVisitorAsync(cluster.Cluster.App.GetEndpoint("storefront"), scheme: ColorScheme.Dark);
        await operations.GotoAsync("/admin");
        using var limit = new CancellationTokenSource(ChartTime);
        await Task.WhenAll(Enumerable.Range(1, 8).Select(n => cluster.Shop.KeepBuyingAsync(n, limit.Token)));
        await operations.GotoAsync("/admin?pause=true");
        await TakeAsync(operations, "operations");
    }

    [Fact(Timeout = LimitMs)]
    public async Task The_page_of_a_load_test_loads_no_other_resources()
    {
        using var folder = new TempFolder();
        var file = folder / "report.html";
        var target = cluster.Cluster.App.GetEndpoint("gateway").GetLeftPart(UriPartial.Authority);
        await Task.Run(() => CommandLine.Run("shop", "--target", target, "--users", "8", "--duration", "10", "--ramp", "2", "--html", file));
        var page = await NewVisitorAsync();
        var asked = new List<string>();
        page.Request += (_, request) => asked.Add(request.Url);
        await page.GotoAsync(new Uri(file).AbsoluteUri);
        await TakeAsync(page, "load-report", ReportHeight);
        Assert.Equal([new Uri(file).AbsoluteUri], asked);
    }

    private Task<IPage> NewVisitorAsync() => chromium.NewVisitorAsync(cluster.Cluster.App.GetEndpoint("gateway"));

    private static async Task TakeAsync(IPage page, string name, int height = Height)
    {
        await page.SetViewportSizeAsync(1000, height);
        await page.EvaluateAsync("() => Promise.all([...document.images].map(image => { image.loading = 'eager'; return image.decode(); }))");
        var picture = await page.ScreenshotAsync();
        Assert.InRange(picture.Length, 1, BytesMax);
        if (Environment.GetEnvironmentVariable("SHOP_PICTURES") is not { Length: > 0 }) return;
        var folder = Directory.CreateDirectory(Path.Combine(SourceTree.Root, "docs", "images")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}.png"), picture, TestContext.Current.CancellationToken);
    }
}
