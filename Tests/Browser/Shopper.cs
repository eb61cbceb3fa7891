using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Tests.Cluster;

namespace Tests.Browser;

/// <summary>Actions of a person using the shop.</summary>
internal static partial class Shopper
{
    // All rules that axe has on by default, and that of WCAG 2.2 for the size of what can be touched.
    private static readonly AxeRunOptions Rules = new() { Rules = new() { ["target-size"] = new() { Enabled = true } } },
        Contrast = new() { RunOnly = RunOnlyOptions.Rules("color-contrast") };

    public static async Task AddToBasketAsync(this IPage page, string product, int quantity = 1)
    {
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Link, new() { Name = product, Exact = true }).ClickAsync();
        await page.GetByLabel("Quantity").FillAsync(quantity.ToString(CultureInfo.InvariantCulture));
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to basket" }).ClickAsync();
        await page.WaitForURLAsync("**/basket*", new() { WaitUntil = WaitUntilState.Load });
    }

    public static async Task FillAddressAsync(this IPage page, string state = "Arizona", string zip = "85001")
    {
        if (!page.Url.EndsWith("/checkout", StringComparison.Ordinal)) await page.GotoAsync("/checkout");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Grace Hopper");
        await page.GetByLabel("Street address").FillAsync("7 Compiler Court");
        await page.GetByLabel("City").FillAsync("Arlington");
        await page.GetByLabel("State").SelectOptionAsync(new SelectOptionValue { Label = state });
        await page.GetByLabel("ZIP code").FillAsync(zip);
    }

    public static ILocator BuyButton(this IPage page) => page.GetByRole(AriaRole.Button, new() { Name = "Buy now" });

    public static ILocator UpdateButton(this IPage page) => page.GetByRole(AriaRole.Button, new() { Name = "Update total" });

    /// <summary>Waits until the page shows the given total.</summary>
    public static Task TotalAsync(this IPage page, string total) => page.Locator(".total strong", new() { HasText = total }).WaitForAsync();

    /// <summary>Fills the basket, checks out, and returns the order's id.</summary>
    public static async Task<string> BuyAsync(this IPage page, string product, int quantity = 1, string state = "Arizona")
    {
        await page.AddToBasketAsync(product, quantity);
        await page.FillAddressAsync(state);
        await page.BuyButton().ClickAsync();
        return await page.OrderIdAsync();
    }

    /// <summary>Waits for the order confirmation.</summary>
    public static async Task<string> OrderIdAsync(this IPage page)
    {
        await page.WaitForURLAsync(OrderPage(), new() { WaitUntil = WaitUntilState.Load });
        return OrderPage().Match(page.Url).Groups[1].Value;
    }

    /// <summary>Buys through HTTP, a few pieces at a time, until cancelled.</summary>
    public static async Task KeepBuyingAsync(this ShopClient shop, int pieces, CancellationToken stopped)
    {
        var (user, item) = (await shop.NewUserAsync(1_000_000_000), await shop.NewItemAsync(1, 1_000_000_000));
        while (!stopped.IsCancellationRequested)
            Assert.Equal(HttpStatusCode.OK, (await shop.CheckoutAsync(await shop.NewOrderAsync(user, (item, pieces)))).Status);
    }

    /// <summary>Reads credit and number of orders from the customer's page.</summary>
    public static async Task<(string Credit, int Orders)> AccountAsync(this IPage page)
    {
        await page.GotoAsync("/account");
        return (await page.Locator(".total strong").InnerTextAsync(), await page.Locator("tbody tr").CountAsync());
    }

    /// <summary>
    /// Checks the accessibility and the layout of the given pages, or of the current one, in light and in dark colors; in dark ones only what depends on them.
    /// With SHOP_SCREENSHOTS set, screenshots of each page are saved in that folder for review.
    /// </summary>
    public static async Task InspectAsync(this IPage page, params string[] paths)
    {
        var script = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Browser", "layout.js"), TestContext.Current.CancellationToken);
        foreach (var path in paths.DefaultIfEmpty(null))
        {
            if (path is not null) await page.GotoAsync(path);
            foreach (var scheme in (ColorScheme[])[ColorScheme.Dark, ColorScheme.Light]) await page.InspectAsync(script, scheme);
        }
    }

    private static async Task InspectAsync(this IPage page, string layout, ColorScheme scheme)
    {
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        var violations = (await page.RunAxe(scheme == ColorScheme.Dark ? Contrast : Rules)).Violations
            .SelectMany(rule => rule.Nodes, (rule, node) => $"{rule.Id} ({rule.Help}): {node.Html}");
        string[] faults = [.. await page.EvaluateAsync<string[]>(layout), .. violations];
        if (Environment.GetEnvironmentVariable("SHOP_SCREENSHOTS") is { Length: > 0 } folder)
        {
            var width = await page.EvaluateAsync<int>("innerWidth");
            var number = Directory.CreateDirectory(folder).GetFiles().Length;
            var name = $"{width}-{scheme}-{number:D2}-{new Uri(page.Url).AbsolutePath.Split('/')[1]}.png";
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name), FullPage = true });
        }

        Assert.True(faults.Length == 0, $"{page.Url} in {scheme} colors:\n{string.Join('\n', faults)}");
    }

    [GeneratedRegex("/orders/([0-9a-f-]{36})$")]
    private static partial Regex OrderPage();
}
