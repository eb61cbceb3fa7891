using System.Globalization;
using Aspire.Hosting.Testing;
using Microsoft.Playwright;
using Tests.Cluster;

namespace Tests.Browser;

/// <summary>The operations page and the dashboard in a real browser.</summary>
[Collection(WholeShop.Name), Trait("Category", "Browser")]
public sealed class OperationsPageTests(ClusterFixture cluster, Chromium chromium) : IClassFixture<Chromium>
{
    private const int LimitMs = 120_000;

    private Uri Storefront => cluster.Cluster.App.GetEndpoint("storefront");

    [Theory(Timeout = LimitMs)]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task It_shows_live_measurements_automatically(bool withScripts, bool isPhone)
    {
        var page = await chromium.NewVisitorAsync(Storefront, withScripts, isPhone);
        await page.GotoAsync("/admin");
        using var shopping = new CancellationTokenSource();
        var orders = cluster.Shop.KeepBuyingAsync(1, shopping.Token);
        try
        {
            // The page refreshes automatically and shows the latest measurements.
            var paid = page.Locator(".chart .key.k0 strong").First;
            await Eventually.UntilAsync(async () => await ReadAsync(paid), static text => text is not "–" and not "0" and not "", TimeSpan.FromSeconds(20));
            Assert.True(double.Parse(await ReadAsync(paid), CultureInfo.InvariantCulture) > 0);
            await page.GotoAsync("/admin?pause=true");
            var latency = await page.Locator(".chart .key.k0 strong").Nth(1).InnerTextAsync();
            Assert.EndsWith(" ms", latency, StringComparison.Ordinal);
            Assert.True((await page.Locator("path.line").First.GetAttributeAsync("d"))!.Length > 5);
            Assert.Contains("checkouts", await page.InnerTextAsync("[aria-label=Batches]"), StringComparison.Ordinal);
            Assert.Equal(12, await page.Locator(".levels rect.level").CountAsync());
            await Eventually.UntilAsync(async () => { await page.ReloadAsync(); return await page.Locator(".yes, .no").CountAsync(); },
                static count => count > 0, TimeSpan.FromSeconds(50));
            Assert.Equal(11, await page.Locator(".yes").CountAsync());
            if (withScripts) await page.InspectAsync();
        }
        finally
        {
            await shopping.CancelAsync();
            await orders;
        }
    }

    [Fact(Timeout = LimitMs)]
    public async Task A_button_fills_the_shelves_and_a_reset_needs_a_confirmation()
    {
        var page = await chromium.NewVisitorAsync(Storefront, withScripts: false);
        var kite = (await cluster.Shop.GetAsync("/get_product?product_name=kite")).GetProperty("item_id").GetString()!;
        await cluster.Shop.PostAsync($"/stock/subtract/{kite}/{(await cluster.Shop.StockAsync(kite)).Stock}");
        await page.GotoAsync("/admin?pause=true");
        await page.GetByRole(AriaRole.Button, new() { Name = "Fill the shelves" }).ClickAsync();
        await page.GetByText("The shelves are full.").WaitForAsync();
        Assert.Equal(75, (await cluster.Shop.StockAsync(kite)).Stock);

        var user = await cluster.Shop.NewUserAsync(5);
        await page.GetByRole(AriaRole.Link, new() { Name = "Reset the shop" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync(); // the required checkbox is not ticked, so the browser blocks the form
        Assert.Equal(5, await cluster.Shop.CreditAsync(user));
        await page.GetByLabel("I am sure").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByText("The shop is empty").WaitForAsync();
        await cluster.Shop.UnknownAsync("GET", $"/payment/find_user/{user}");
        await (await chromium.NewVisitorAsync(cluster.Cluster.App.GetEndpoint("gateway"))).BuyAsync("Kite");
    }

    [Fact(Timeout = LimitMs)]
    public async Task The_question_before_a_reset_is_accessible()
    {
        foreach (var isPhone in new[] { false, true })
        {
            var page = await chromium.NewVisitorAsync(Storefront, isPhone: isPhone);
            await page.InspectAsync("/admin/reset");
        }
    }

    [Fact(Timeout = LimitMs)]
    public async Task The_dashboard_has_the_same_commands()
    {
        var kite = (await cluster.Shop.GetAsync("/get_product?product_name=kite")).GetProperty("item_id").GetString()!;
        await cluster.Shop.PostAsync($"/stock/subtract/{kite}/{(await cluster.Shop.StockAsync(kite)).Stock}");
        var environment = cluster.Cluster.Instances("aspire-dashboard").Single().Snapshot.EnvironmentVariables.ToDictionary(v => v.Name, v => v.Value);
        var page = await chromium.NewVisitorAsync(new(environment["ASPNETCORE_URLS"]!.Split(';')[0]));
        await page.GotoAsync($"/login?t={ClusterFixture.BrowserToken}");
        var row = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "storefront" }).First;
        await row.WaitForAsync();
        await row.Locator("[title^='Puts back the first products'], [aria-label='Fill the shelves'], [title='Fill the shelves']").First.ClickAsync();
        await Eventually.EqualAsync(75, async () => (await cluster.Shop.StockAsync(kite)).Stock, TimeSpan.FromSeconds(15));
    }

    // A page that is being refreshed has no content to read.
    private static async Task<string> ReadAsync(ILocator text)
    {
        try
        {
            return await text.InnerTextAsync(new() { Timeout = 1_000 });
        }
        catch (Exception e) when (e is PlaywrightException or TimeoutException)
        {
            return "";
        }
    }
}
