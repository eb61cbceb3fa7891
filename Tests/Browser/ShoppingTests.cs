using Aspire.Hosting.Testing;
using Microsoft.Playwright;
using Tests.Cluster;

namespace Tests.Browser;

/// <summary>Shopping in a real browser, with real stock and credit.</summary>
[Collection(BrowserTests.Name), Trait("Category", "Browser")]
public sealed class ShoppingTests(ClusterFixture cluster, Chromium chromium)
{
    private const int LimitMs = 120_000;

    private Uri Shop => cluster.Cluster.App.GetEndpoint("gateway");

    [Fact(Timeout = LimitMs)]
    public async Task Browse_buy_and_see_the_order_with_popular_products_in_the_state()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.GotoAsync("/");
        Assert.Equal(12, await page.Locator(".products > li").CountAsync());
        var order = await page.BuyAsync("Teapot", 2, "Vermont");
        var text = await page.InnerTextAsync("main");
        foreach (var expected in new[]
        {
            "Paid. The total was taken from your credit.", "Grace Hopper", "7 Compiler Court", "Arlington, Vermont 85001", "$68", order,
            "Most popular in Vermont",
        })
            Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.Equal("Teapot", await page.Locator(".popular h3").First.InnerTextAsync());
        Assert.Equal(("$432", 1), await page.AccountAsync());
        await page.GotoAsync("/basket");
        Assert.Contains("Your basket is empty", await page.InnerTextAsync("main"), StringComparison.Ordinal);
        Assert.True(await cluster.Shop.IsPaidAsync(order));

        await page.GetByRole(AriaRole.Link, new() { Name = "Find an order" }).ClickAsync();
        await page.GetByLabel("Order number").FillAsync("no-such-order");
        await page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();
        Assert.Contains("No order has this number", await page.InnerTextAsync("#order-error"), StringComparison.Ordinal);
        await page.GetByLabel("Order number").FillAsync(order);
        await page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();
        Assert.Equal(order, await page.OrderIdAsync());
    }

    [Fact(Timeout = LimitMs)]
    public async Task Up_to_three_products_are_popular_the_most_popular_first()
    {
        foreach (var (product, quantity) in new[] { ("Mug", 2), ("Pencils", 5), ("Notebook", 3), ("Potted plant", 1) })
            await (await chromium.NewVisitorAsync(Shop)).BuyAsync(product, quantity, "Delaware");
        var page = await chromium.NewVisitorAsync(Shop);
        await page.BuyAsync("Mug", 2, "Delaware");
        Assert.Equal(["Pencils", "Mug", "Notebook"], await page.Locator(".popular h3").AllInnerTextsAsync());
    }

    [Fact(Timeout = LimitMs)]
    public async Task Insufficient_stock_is_reported_and_the_basket_is_kept()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.AddToBasketAsync("Potted plant", 2);
        var item = await page.Locator("input[name=item]").InputValueAsync();
        var stock = (await cluster.Shop.StockAsync(item)).Stock;
        await page.FillAddressAsync();
        await cluster.Shop.PostAsync($"/stock/subtract/{item}/{stock - 1}");
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(1.2), TestContext.Current.CancellationToken); // the catalog is cached for up to a second
            await page.BuyButton().ClickAsync();
            await page.GetByText("Potted plant: only 1 left, and you asked for 2.").WaitForAsync();
            Assert.Equal("Grace Hopper", await page.GetByLabel("Name", new() { Exact = true }).InputValueAsync());
            await page.GotoAsync("/basket");
            Assert.Equal("2", await page.GetByLabel("Quantity").InputValueAsync());
            Assert.Equal(("$500", 1), await page.AccountAsync());
            await page.GotoAsync("/checkout");
            await page.GetByLabel("Quantity").FillAsync("1");
            await page.UpdateButton().ClickAsync();
            await page.TotalAsync("$22");
            await page.BuyButton().ClickAsync();
            await page.OrderIdAsync();
        }
        finally
        {
            await cluster.Shop.PostAsync($"/stock/add/{item}/{stock}");
        }
    }

    [Fact(Timeout = LimitMs)]
    public async Task Insufficient_credit_is_reported_and_the_basket_is_kept()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.AddToBasketAsync("Headphones", 5);
        await page.FillAddressAsync();
        await page.BuyButton().ClickAsync();
        await page.GetByText("The order costs $645 and your credit is $500. You need $145 more.").WaitForAsync();
        await page.GotoAsync("/basket");
        Assert.Equal("5", await page.GetByLabel("Quantity").InputValueAsync());
        await page.GotoAsync("/account");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add $500" }).ClickAsync();
        await page.GotoAsync("/checkout");
        await page.BuyButton().ClickAsync();
        await page.OrderIdAsync();
        Assert.Equal(("$355", 2), await page.AccountAsync()); // the rejected order is listed too
    }

    /// <summary>As after a double click. A real one is not used, because its second click may meet the next page.</summary>
    [Fact(Timeout = LimitMs)]
    public async Task A_form_that_is_sent_twice_at_once_buys_once()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.AddToBasketAsync("Mug", 3);
        await page.FillAddressAsync();
        Task<IAPIResponse>? twin = null;
        await page.RouteAsync("**/checkout", route =>
        {
            twin = route.FetchAsync(new() { MaxRedirects = 0 });
            return route.ContinueAsync();
        });
        await page.BuyButton().ClickAsync();
        var order = await page.OrderIdAsync();
        Assert.NotNull(twin);
        var answer = await twin;
        Assert.Equal((303, $"/orders/{order}"), (answer.Status, answer.Headers["location"]));
        Assert.Equal(("$464", 1), await page.AccountAsync());
    }

    [Fact(Timeout = LimitMs)]
    public async Task Going_back_and_buying_again_shows_the_same_order()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        var order = await page.BuyAsync("Notebook", 2);
        await page.GoBackAsync();
        if (await page.BuyButton().CountAsync() > 0 && await page.GetByLabel("ZIP code").InputValueAsync() == "85001")
        {
            await page.BuyButton().ClickAsync();
            Assert.Equal(order, await page.OrderIdAsync());
        }

        Assert.Equal(("$482", 1), await page.AccountAsync());
    }

    [Fact(Timeout = LimitMs)]
    public async Task Changing_and_resubmitting_a_form_buys_nothing_else()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.AddToBasketAsync("Notebook");
        await page.FillAddressAsync();
        var key = await page.Locator("input[name='Form.Key']").InputValueAsync();
        await page.BuyButton().ClickAsync();
        var order = await page.OrderIdAsync();
        await page.AddToBasketAsync("Mug");
        await page.GotoAsync("/checkout");
        await page.Locator("input[name='Form.Key']").EvaluateAsync("(input, key) => input.value = key", key);
        await page.GetByLabel("Quantity").FillAsync("2");
        await page.BuyButton().ClickAsync();
        await page.GetByText("The total is now $24.").WaitForAsync(); // the form keeps its idempotency key
        await page.BuyButton().ClickAsync();
        await page.GetByText("This form was already submitted").WaitForAsync();
        await page.GetByText($"It placed order #{order[..8]}: 1 × Notebook, $9 in total. Status: Paid.").WaitForAsync();
        Assert.Equal($"/orders/{order}", await page.GetByRole(AriaRole.Link, new() { Name = $"#{order[..8]}" }).GetAttributeAsync("href"));
        Assert.Equal(("$491", 1), await page.AccountAsync());
    }

    [Fact(Timeout = LimitMs)]
    public async Task Enter_updates_the_checkout_page_and_never_buys()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.AddToBasketAsync("Mug");
        await page.FillAddressAsync();
        await page.GetByLabel("Quantity").FillAsync("3");
        await page.GetByLabel("Quantity").PressAsync("Enter");
        await page.TotalAsync("$36");
        Assert.Equal("Grace Hopper", await page.GetByLabel("Name", new() { Exact = true }).InputValueAsync());
        await page.GetByLabel("Quantity").FillAsync("2");
        await page.GetByLabel("ZIP code").PressAsync("Enter");
        await page.TotalAsync("$24");
        await page.BuyButton().ClickAsync();
        await page.OrderIdAsync();
        Assert.Equal(("$476", 1), await page.AccountAsync());
    }

    [Fact(Timeout = LimitMs)]
    public async Task A_total_that_was_not_shown_is_not_charged()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.AddToBasketAsync("Mug");
        await page.FillAddressAsync();
        await page.GetByLabel("Quantity").FillAsync("4");
        await page.BuyButton().ClickAsync();
        await page.GetByText("The total is now $48.").WaitForAsync();
        await page.TotalAsync("$48");
        await page.GotoAsync("/account");
        Assert.Contains("You do not have an account yet", await page.InnerTextAsync("main"), StringComparison.Ordinal);
        await page.FillAddressAsync();
        Assert.Equal("4", await page.GetByLabel("Quantity").InputValueAsync());
        await page.BuyButton().ClickAsync();
        await page.OrderIdAsync();
        Assert.Equal(("$452", 1), await page.AccountAsync());
    }

    [Fact(Timeout = LimitMs)]
    public async Task Adding_to_the_basket_is_confirmed_and_limited_to_99()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.AddToBasketAsync("Candle", 60);
        Assert.Equal("Candle was added to your basket.", await page.InnerTextAsync("[role=status]"));
        await page.AddToBasketAsync("Candle", 60);
        Assert.Contains("cut to 99", await page.InnerTextAsync("[role=status]"), StringComparison.Ordinal);
        Assert.Equal("99", await page.GetByLabel("Quantity").InputValueAsync());
        await page.InspectAsync();
    }

    [Fact(Timeout = LimitMs)]
    public async Task A_quantity_that_is_not_a_whole_number_is_rejected_in_the_shops_words()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.AddToBasketAsync("Mug");
        await page.GotoAsync("/checkout");
        await page.GetByLabel("Quantity").FillAsync("1.5");
        await page.UpdateButton().ClickAsync();
        await page.GetByText("Please check the fields marked below.").WaitForAsync();
        Assert.Equal("Please enter a whole number.", await page.InnerTextAsync("#quantity-0-error"));
        Assert.Equal(0, await page.Locator("#name[aria-invalid]").CountAsync());
    }

    [Fact(Timeout = LimitMs)]
    public async Task Errors_are_shown_beside_their_fields_from_any_source()
    {
        var page = await chromium.NewVisitorAsync(Shop);
        await page.AddToBasketAsync("Mug");
        await page.GotoAsync("/checkout");
        await page.BuyButton().ClickAsync(); // the browser blocks the form
        Assert.Equal(5, await page.Locator("input:invalid, select:invalid").CountAsync());
        await page.EvalOnSelectorAsync("form.checkout", "form => form.noValidate = true");
        await page.GetByLabel("ZIP code").FillAsync("12");
        await page.GetByLabel("Quantity").FillAsync("100");
        await page.BuyButton().ClickAsync();
        await page.GetByText("Please check the fields marked below.").WaitForAsync();
        foreach (var (field, error) in new[]
        {
            ("name", "enter your name"), ("street", "street address"), ("city", "your city"), ("state", "choose a state"), ("zip", "five digits"),
            ("quantity-0", "1 to 99"),
        })
        {
            Assert.Contains(error, await page.InnerTextAsync($"#{field}-error"), StringComparison.Ordinal);
            Assert.Equal("true", await page.GetAttributeAsync($"#{field}", "aria-invalid"));
        }

        Assert.Equal("100", await page.GetByLabel("Quantity").InputValueAsync());
    }

    [Fact(Timeout = LimitMs)]
    public async Task Nothing_needs_scripts()
    {
        var page = await chromium.NewVisitorAsync(Shop, withScripts: false);
        await page.BuyAsync("Pencils");
        Assert.Equal(("$485", 1), await page.AccountAsync());
    }

    [Theory(Timeout = LimitMs)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_page_is_accessible_and_fits_the_screen(bool isPhone)
    {
        var page = await chromium.NewVisitorAsync(Shop, isPhone: isPhone);
        await page.InspectAsync("/", "/basket", "/account", "/lookup", "/lookup?order_id=x", "/no-such-page");
        await page.AddToBasketAsync("Desk lamp", 3);
        await page.InspectAsync("/basket", "/", "/catalog/5b0b5ee0-0000-4000-8000-000000000005", "/checkout");
        await page.AddToBasketAsync("Headphones", 3);
        await page.FillAddressAsync();
        await page.BuyButton().ClickAsync();
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
        await page.InspectAsync();
        var order = await (await chromium.NewVisitorAsync(Shop)).BuyAsync("Mug", 1, "Hawaii");
        await page.InspectAsync($"/orders/{order}", "/account");
    }
}
