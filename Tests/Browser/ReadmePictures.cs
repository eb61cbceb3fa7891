using Aspire.Hosting.Testing;
using Microsoft.Playwright;
using Tests.Cluster;
using Tests.Repository;

namespace Tests.Browser;

/// <summary>The README's pictures can be taken, and are small. With SHOP_PICTURES in the environment they are put into the repository.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Browser")]
public sealed class ReadmePictures(ClusterFixture cluster, Chromium chromium) : IClassFixture<Chromium>
{
    private const int LimitMs = 120_000, BytesMax = 200_000;

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

    private Task<IPage> NewVisitorAsync() => chromium.NewVisitorAsync(cluster.Cluster.App.GetEndpoint("gateway"));

    private static async Task TakeAsync(IPage page, string name)
    {
        await page.SetViewportSizeAsync(1000, 1000);
        await page.EvaluateAsync("() => Promise.all([...document.images].map(image => { image.loading = 'eager'; return image.decode(); }))");
        var picture = await page.ScreenshotAsync();
        Assert.InRange(picture.Length, 1, BytesMax);
        if (Environment.GetEnvironmentVariable("SHOP_PICTURES") is not { Length: > 0 }) return;
        var folder = Directory.CreateDirectory(Path.Combine(SourceTree.Root, "docs", "images")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}.png"), picture, TestContext.Current.CancellationToken);
    }
}
