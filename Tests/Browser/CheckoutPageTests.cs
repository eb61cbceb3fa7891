using Aspire.Hosting.Testing;
using Microsoft.Playwright;
using StackExchange.Redis;
using Tests.Cluster;

namespace Tests.Browser;

/// <summary>Basket, checkout and order pages when something changes meanwhile: another tab, the stock or a price.</summary>
[Collection(BrowserTests.Name), Trait("Category", "Browser")]
public sealed class CheckoutPageTests(ClusterFixture cluster, Chromium chromium)
{
    private const int LimitMs = 120_000;

    private Uri Shop => cluster.Cluster.App.GetEndpoint("gateway");

    [Fact(Timeout = LimitMs)]
    public async Task A_price_that_was_not_shown_is_not_charged()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.AddToBasketAsync("Kite");
        var item = await page.Locator("input[name=item]").InputValueAsync();
        await page.FillAddressAsync();
        var price = (await cluster.Shop.GetAsync($"/stock/find/{item}")).GetProperty("price").GetInt64();
        await PriceAsync(item, price + 5);
        try
        {
            await page.BuyButton().ClickAsync();
            await page.GetByText($"A price has changed. The total is now ${price + 5}.").WaitForAsync();
            await page.TotalAsync($"${price + 5}");
            await page.BuyButton().ClickAsync();
            await page.OrderIdAsync();
            Assert.Equal(($"${500 - price - 5}", 1), await page.AccountAsync());
        }
        finally
        {
            await PriceAsync(item, price);
        }
    }

    /// <summary>The total matches the one shown only by coincidence: the price doubled and the quantity was halved.</summary>
    [Fact(Timeout = LimitMs)]
    public async Task The_lines_must_be_the_shown_ones_too()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.AddToBasketAsync("Kite", 2);
        var item = await page.Locator("input[name=item]").InputValueAsync();
        await page.FillAddressAsync();
        var price = (await cluster.Shop.GetAsync($"/stock/find/{item}")).GetProperty("price").GetInt64();
        await page.GetByLabel("Quantity").FillAsync("1");
        await PriceAsync(item, price * 2);
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(1.2), TestContext.Current.CancellationToken); // the catalog is cached for up to a second
            await page.BuyButton().ClickAsync();
            await page.GetByText($"The total is now ${price * 2}.").WaitForAsync();
            await page.GotoAsync("/account");
            Assert.Contains("You do not have an account yet", await page.InnerTextAsync("main"), StringComparison.Ordinal);
        }
        finally
        {
            await PriceAsync(item, price);
        }
    }

    [Fact(Timeout = LimitMs)]
    public async Task Insufficient_stock_is_reported_for_each_line_before_the_purchase()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.AddToBasketAsync("Umbrella", 2);
        await page.AddToBasketAsync("Candle", 99);
        var item = await page.Locator("li", new() { HasText = "Candle" }).Locator("input[name=item]").InputValueAsync();
        var stock = (await cluster.Shop.StockAsync(item)).Stock;
        await cluster.Shop.PostAsync($"/stock/subtract/{item}/{stock - 3}");
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(1.2), TestContext.Current.CancellationToken);
            foreach (var path in new[] { "/basket", "/checkout" })
            {
                await page.GotoAsync(path);
                Assert.Equal("Only 3 left, and you asked for 99.", await page.Locator(".what .error").InnerTextAsync());
                Assert.Equal(1, await page.Locator("li", new() { HasText = "Candle" }).Locator(".what .error").CountAsync());
                await page.InspectAsync();
            }
        }
        finally
        {
            await cluster.Shop.PostAsync($"/stock/add/{item}/{stock}");
        }
    }

    [Fact(Timeout = LimitMs)]
    public async Task Removing_a_line_at_checkout_keeps_the_entries()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.AddToBasketAsync("Mug");
        await page.AddToBasketAsync("Pencils", 2);
        await page.FillAddressAsync();
        await page.GetByLabel("Quantity of Pencils").FillAsync("3");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove Mug" }).ClickAsync();
        await page.TotalAsync("$45");
        Assert.Equal(1, await page.Locator(".lines li").CountAsync());
        Assert.Equal("Grace Hopper", await page.GetByLabel("Name", new() { Exact = true }).InputValueAsync());
        Assert.Equal("3", await page.GetByLabel("Quantity").InputValueAsync());
        await page.InspectAsync();
        await page.BuyButton().ClickAsync();
        await page.OrderIdAsync();
        Assert.Equal(("$455", 1), await page.AccountAsync());
        await page.AddToBasketAsync("Mug");
        await page.GotoAsync("/checkout");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove Mug" }).ClickAsync();
        await page.GetByText("Your basket is empty").WaitForAsync();
    }

    [Fact(Timeout = LimitMs)]
    public async Task An_invalid_quantity_in_the_basket_is_reported()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.AddToBasketAsync("Mug", 2);
        foreach (var entry in new[] { "100", "-1", "1.5", "" })
        {
            await page.EvalOnSelectorAsync("main form", "form => form.noValidate = true");
            await page.GetByLabel("Quantity").FillAsync(entry);
            await page.GetByRole(AriaRole.Button, new() { Name = "Update" }).ClickAsync();
            await page.GetByText("Please enter a quantity from 0 to 99.").WaitForAsync();
            Assert.Equal(entry, await page.GetByLabel("Quantity").InputValueAsync());
            Assert.Equal("true", await page.GetByLabel("Quantity").GetAttributeAsync("aria-invalid"));
            await page.InspectAsync();
        }

        await page.GotoAsync("/basket");
        Assert.Equal("2", await page.GetByLabel("Quantity").InputValueAsync());
        await page.GetByLabel("Quantity").FillAsync("0");
        await page.GetByLabel("Quantity").PressAsync("Enter");
        await page.GetByText("Your basket is empty").WaitForAsync();
    }

    [Fact(Timeout = LimitMs)]
    public async Task A_form_works_regardless_of_other_tabs()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.AddToBasketAsync("Mug");
        // The other tab had no cookie either when it was opened, and its response arrived later.
        await page.Context.ClearCookiesAsync(new() { Name = "shop-form" });
        var other = await page.Context.NewPageAsync();
        await other.GotoAsync("/basket");
        await other.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await other.GetByText("Your basket is empty").WaitForAsync();
        await page.GetByLabel("Quantity").FillAsync("4");
        await page.GetByRole(AriaRole.Button, new() { Name = "Update" }).ClickAsync();
        await page.TotalAsync("$48");
        await page.FillAddressAsync();
        await other.AddToBasketAsync("Candle");
        await page.Context.ClearCookiesAsync(new() { Name = "shop-form" });
        await page.BuyButton().ClickAsync();
        await page.OrderIdAsync();
        await other.GotoAsync("/basket");
        Assert.Equal("Candle", await other.Locator(".lines h2").InnerTextAsync());
    }

    [Fact(Timeout = LimitMs)]
    public async Task A_refused_purchase_keeps_what_another_tab_added()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.AddToBasketAsync("Headphones", 5);
        await page.FillAddressAsync();
        var other = await page.Context.NewPageAsync();
        await other.AddToBasketAsync("Candle");
        await page.BuyButton().ClickAsync();
        await page.GetByText("You need $145 more.").WaitForAsync();
        await page.GotoAsync("/basket");
        Assert.Equal(["Headphones", "Candle"], await page.Locator(".lines h2").AllInnerTextsAsync());
    }

    [Fact(Timeout = LimitMs)]
    public async Task An_order_is_found_by_any_spelling_of_its_number_and_can_be_ordered_again()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        var order = await page.BuyAsync("Notebook", 2);
        var lines = page.Locator("tbody tr").First;
        Assert.Equal(["Notebook", "$9", "2", "$18"], await lines.Locator("td").AllInnerTextsAsync());
        var notebook = (await cluster.Shop.GetAsync("/get_product?product_name=Notebook")).GetProperty("item_id").GetString()!;
        Assert.EndsWith($"/{notebook}", await lines.GetByRole(AriaRole.Link).GetAttributeAsync("href"), StringComparison.Ordinal);
        Assert.Contains("UTC", await page.Locator("dl time").InnerTextAsync(), StringComparison.Ordinal);
        await page.GotoAsync("/account");
        Assert.Contains("UTC", await page.Locator("tbody time").InnerTextAsync(), StringComparison.Ordinal);
        var shown = await page.Locator("tbody a").InnerTextAsync();
        Assert.Equal($"#{order[..8]}", shown);
        foreach (var entry in new[] { shown, shown.ToUpperInvariant(), $" #{order.ToUpperInvariant()}", new Uri(Shop, $"/orders/{order}?x=1").ToString() })
        {
            await page.GotoAsync("/lookup");
            await page.GetByLabel("Order number").FillAsync(entry);
            await page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();
            Assert.Equal(order, await page.OrderIdAsync());
        }

        Assert.Equal(200, (await page.GotoAsync($"/orders/{order.ToUpperInvariant()}"))!.Status);
        var stranger = await chromium.NewVisitorAsync(Shop);
        Assert.Equal(404, (await stranger.GotoAsync($"/lookup?order_id={order[..8]}"))!.Status);

        await page.AddToBasketAsync("Notebook", 98);
        await page.GotoAsync($"/orders/{order}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Order again" }).ClickAsync();
        await page.GetByText("The items of your order were added to your basket.").WaitForAsync();
        await page.GetByText("cut to 99").WaitForAsync();
        Assert.Equal("99", await page.GetByLabel("Quantity").InputValueAsync());
        await page.InspectAsync();
    }

    [Fact(Timeout = LimitMs)]
    public async Task A_name_cannot_change_the_page()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.AddToBasketAsync("Pencils");
        await page.FillAddressAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("  \u202EGrace   \u2067Hopper\u05D0 <b>x</b> ");
        await page.GetByLabel("City").FillAsync("Arlington \u202E");
        await page.BuyButton().ClickAsync();
        await page.OrderIdAsync();
        Assert.Equal("Thank you, Grace Hopper\u05D0 <b>x</b>!", await page.InnerTextAsync("h1"));
        Assert.Equal("Grace Hopper\u05D0 <b>x</b>", await page.Locator("dd bdi").First.InnerTextAsync());
        Assert.Contains("Arlington, Arizona 85001", await page.InnerTextAsync("dl"), StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', await page.ContentAsync());
    }

    [Fact(Timeout = LimitMs)]
    public async Task A_table_is_not_cut_off_on_a_phone()
    {
        var page = await chromium.NewVisitorAsync(Shop, isPhone: true);
        var order = await page.BuyAsync("Headphones", 3);
        foreach (var path in new[] { "/account", $"/orders/{order}" })
        {
            await page.GotoAsync(path);
            Assert.True(await page.EvalOnSelectorAsync<bool>(".scroll", "box => box.scrollWidth <= box.clientWidth"), $"{path} is cut off");
        }
    }

    // No service changes a price during the test, but an operator or a reset can.
    private async Task PriceAsync(string item, long price)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(
            (await cluster.Cluster.App.GetConnectionStringAsync("redis", TestContext.Current.CancellationToken))!);
        Assert.False(await redis.GetDatabase().HashSetAsync($"i:{item}", "p", price));
    }
}
