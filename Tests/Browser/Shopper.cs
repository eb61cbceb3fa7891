using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Tests.Browser;

/// <summary>What a person does in the shop.</summary>
internal static partial class Shopper
{
    public static async Task AddToBasketAsync(this IPage page, string product, int quantity = 1)
    {
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Link, new() { Name = product, Exact = true }).ClickAsync();
        await page.GetByLabel("Quantity").FillAsync(quantity.ToString(CultureInfo.InvariantCulture));
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to basket" }).ClickAsync();
        await page.WaitForURLAsync("**/basket", new() { WaitUntil = WaitUntilState.Load });
    }

    public static async Task FillAddressAsync(this IPage page, string state = "Arizona", string zip = "85001")
    {
        if (!page.Url.EndsWith("/checkout", StringComparison.Ordinal)) await page.GotoAsync("/checkout");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Grace Hopper");
        await page.GetByLabel("Street and number").FillAsync("7 Compiler Court");
        await page.GetByLabel("State").SelectOptionAsync(new SelectOptionValue { Label = state });
        await page.GetByLabel("ZIP code").FillAsync(zip);
    }

    public static ILocator BuyButton(this IPage page) => page.GetByRole(AriaRole.Button, new() { Name = "Buy now" });

    /// <summary>Fills the basket, buys, and gives the order's id.</summary>
    public static async Task<string> BuyAsync(this IPage page, string product, int quantity = 1, string state = "Arizona")
    {
        await page.AddToBasketAsync(product, quantity);
        await page.FillAddressAsync(state);
        await page.BuyButton().ClickAsync();
        return await page.OrderIdAsync();
    }

    /// <summary>Waits for the confirmation.</summary>
    public static async Task<string> OrderIdAsync(this IPage page)
    {
        await page.WaitForURLAsync(OrderPage(), new() { WaitUntil = WaitUntilState.Load });
        return OrderPage().Match(page.Url).Groups[1].Value;
    }

    /// <summary>Credit and number of orders, as the customer's page has them.</summary>
    public static async Task<(string Credit, int Orders)> AccountAsync(this IPage page)
    {
        await page.GotoAsync("/account");
        return (await page.Locator(".total strong").InnerTextAsync(), await page.Locator("tbody tr").CountAsync());
    }

    [GeneratedRegex("/orders/([0-9a-f-]{36})$")]
    private static partial Regex OrderPage();
}
