using Aspire.Hosting.Testing;
using Microsoft.Playwright;
using Tests.Cluster;
using Tests.Unit.Catalog;

namespace Tests.Browser;

/// <summary>Product and user management by operators, and search by visitors, in a real browser.</summary>
[Collection(BrowserTests.Name), Trait("Category", "Browser")]
public sealed class ProductPagesTests(ClusterFixture cluster, Chromium chromium) : IAsyncLifetime
{
    private const int LimitMs = 120_000;

    private const string PictureSvg =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 4 3\" width=\"400\" height=\"300\"><path d=\"M0 0h4v3z\" /></svg>";

    private readonly ProductClient _products = new(cluster.Cluster.App.GetEndpoint("gateway"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Uri Shop => cluster.Cluster.App.GetEndpoint("gateway");

    private Uri Storefront => cluster.Cluster.App.GetEndpoint("storefront");

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _products.DisposeAsync();

    [Fact(Timeout = LimitMs)]
    public async Task A_product_is_added_with_its_picture_sold_changed_and_deleted_on_a_phone_without_scripts()
    {
        var page = await chromium.NewVisitorAsync(Shop, withScripts: false, isPhone: true);
        await page.GotoAsync("/admin/products");
        await page.GetByRole(AriaRole.Link, new() { Name = "Add a product" }).ClickAsync();
        await FillAsync(page, "Brass bell", "Rings.", "21");
        await page.GetByLabel("Pieces in stock").FillAsync("3");
        await UploadAsync(page, "bell.svg",
            [.. "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 3'><script>alert(1)</script><path d='M0 0h4v3z'/></svg>"u8]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add product" }).ClickAsync();
        await page.GetByText("The product was added.").WaitForAsync();
        Assert.True(await IsShownAsync(page.Locator("img.preview")));

        var item = new Uri(page.Url).AbsolutePath.Split('/')[^1];
        await Task.Delay(TimeSpan.FromSeconds(1.2), Ct); // the catalog is cached for up to a second
        var visitor = await chromium.NewVisitorAsync(Shop, withScripts: false, isPhone: true);
        await visitor.GotoAsync("/?q=bell");
        Assert.Equal(["Brass bell"], await visitor.Locator(".products h2").AllInnerTextsAsync());
        Assert.True(await IsShownAsync(visitor.Locator(".products img")));
        var order = await visitor.BuyAsync("Brass bell", 2);
        Assert.True(await cluster.Shop.IsPaidAsync(order));

        await page.GetByLabel("Price").FillAsync("25");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await page.GetByText("The product was saved.").WaitForAsync();
        await page.GetByLabel("Pieces").FillAsync("9");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await page.GetByText("The stock was changed.").WaitForAsync();
        Assert.Equal(new Books(10, 0, 2), await cluster.Shop.StockAsync(item));
        await page.GetByLabel("Pieces").FillAsync("11");
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).ClickAsync();
        await page.GetByText("There is not enough stock.").WaitForAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Delete product" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete product" }).ClickAsync(); // the browser blocks the form
        await page.GetByLabel("I am sure").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete product" }).ClickAsync();
        await page.GetByText("The product was deleted.").WaitForAsync();
        Assert.Equal(0, await page.GetByText("Brass bell").CountAsync());
        await Task.Delay(TimeSpan.FromSeconds(1.2), Ct);
        await visitor.GotoAsync($"/orders/{order}");
        Assert.Contains("Brass bell", await visitor.InnerTextAsync("main"), StringComparison.Ordinal);
        Assert.Contains("$42", await visitor.InnerTextAsync("main"), StringComparison.Ordinal);
    }

    [Fact(Timeout = LimitMs)]
    public async Task Invalid_entries_and_invalid_pictures_are_explained()
    {
        var item = await _products.CreateAsync("Copper bell", 4);
        var page = await chromium.NewVisitorAsync(Storefront);
        await page.GotoAsync("/admin/products/new");
        await page.EvalOnSelectorAsync("form", "form => form.noValidate = true");
        await FillAsync(page, "COPPER BELL", "", "1.5");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add product" }).ClickAsync();
        await page.GetByText("Please check the fields marked below.").WaitForAsync();
        Assert.Equal("Please enter a whole number.", await page.InnerTextAsync("#price-error"));
        await page.EvalOnSelectorAsync("form", "form => form.noValidate = true");
        await page.GetByLabel("Price").FillAsync("0");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add product" }).ClickAsync();
        await page.GetByText("This must be a whole number from 1 to 1000000000.").WaitForAsync();
        await page.GetByLabel("Price").FillAsync("5");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add product" }).ClickAsync();
        Assert.Equal("Another product has this name.", await page.InnerTextAsync("#name-error"));
        Assert.Equal("COPPER BELL", await page.GetByLabel("Name").InputValueAsync());
        await page.InspectAsync();

        foreach (var (bytes, problem) in new (byte[], string)[]
        {
            ([.. "GIF89a"u8], "The picture must be a PNG, JPEG or SVG file."), (PictureReaderTests.Png(5000, 1), "1 to 4096 pixels"),
            ([.. "<!DOCTYPE svg><svg xmlns='http://www.w3.org/2000/svg'/>"u8], "it has a DTD"), (new byte[1_500_000], "A picture can have at most 1 MB."),
        })
        {
            await page.GotoAsync($"/admin/products/{item}");
            await UploadAsync(page, "picture.png", bytes);
            await page.GetByRole(AriaRole.Button, new() { Name = "Upload" }).ClickAsync();
            await page.GetByText(problem).WaitForAsync();
        }
    }

    [Fact(Timeout = LimitMs)]
    public async Task Saving_a_product_that_was_changed_meanwhile_asks_first()
    {
        var item = await _products.CreateAsync("Tin bell", 4);
        var page = await chromium.NewVisitorAsync(Storefront);
        await page.GotoAsync($"/admin/products/{item}");
        await _products.SendAsync("PATCH", $"/{item}", """{"price":6}""");
        await page.GetByLabel("Price").FillAsync("5");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await page.GetByText("Somebody else has changed this product").WaitForAsync();
        Assert.Equal(6, (await _products.SendAsync("GET", $"/{item}")).Json.GetProperty("price").GetInt64());
        Assert.Equal("5", await page.GetByLabel("Price").InputValueAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await page.GetByText("The product was saved.").WaitForAsync();
        Assert.Equal(5, (await _products.SendAsync("GET", $"/{item}")).Json.GetProperty("price").GetInt64());
    }

    [Fact(Timeout = LimitMs)]
    public async Task Visitors_search_and_sort_without_scripts()
    {
        var page = await chromium.NewVisitorAsync(Shop, withScripts: false, isPhone: true);
        await page.GotoAsync("/");
        await page.GetByLabel("Search products").FillAsync("wax");
        await page.GetByLabel("Sort by").SelectOptionAsync(new SelectOptionValue { Label = "Price, highest first" });
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await page.GetByText("2 products match “wax”.").WaitForAsync();
        Assert.Equal(["Backpack", "Candle"], await page.Locator(".products h2").AllInnerTextsAsync()); // waxed canvas, beeswax
        Assert.Equal(("wax", "-price"), (await page.GetByLabel("Search products").InputValueAsync(), await page.GetByLabel("Sort by").InputValueAsync()));
        await page.GotoAsync("/?q=%3Cscript%3E");
        await page.GetByText("0 products match “<script>”.").WaitForAsync();
        await page.GotoAsync("/?sort=name&p=99");
        Assert.Equal("Backpack", await page.Locator(".products h2").First.InnerTextAsync());
        await page.GetByLabel("Search products").FillAsync("mug");
        await page.GetByLabel("Search products").PressAsync("Enter");
        await page.GetByText("1 product matches “mug”.").WaitForAsync();
    }

    [Fact(Timeout = LimitMs)]
    public async Task An_operator_finds_a_customer_and_adds_funds_once()
    {
        var visitor = await chromium.NewVisitorAsync(Shop);
        var order = await visitor.BuyAsync("Mug");
        var user = (await cluster.Shop.GetAsync($"/orders/find/{order}")).GetProperty("user_id").GetString()!;
        var page = await chromium.NewVisitorAsync(Storefront, withScripts: false);
        await page.GotoAsync("/admin/users");
        await FindAsync(page, $"{user}@customers.invalid");
        var text = await page.InnerTextAsync("main");
        foreach (var expected in new[] { "Grace Hopper", user, "$488", order[..8], "paid" }) Assert.Contains(expected, text, StringComparison.Ordinal);
        var key = await page.Locator("input[name=key]").InputValueAsync();
        await page.GetByLabel("Amount").FillAsync("12");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add funds" }).DblClickAsync();
        await page.GetByText("The funds were added.").WaitForAsync();
        Assert.Equal(500, await cluster.Shop.CreditAsync(user));
        Assert.NotEqual(key, await page.Locator("input[name=key]").InputValueAsync()); // a newly loaded form adds funds again
        await page.GetByLabel("Amount").FillAsync("1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add funds" }).ClickAsync();
        await page.GetByText("$501").WaitForAsync();

        var alone = await cluster.Shop.NewUserAsync(7); // does not exist in Customer.Api
        await FindAsync(page, alone);
        Assert.Contains("$7", await page.InnerTextAsync("main"), StringComparison.Ordinal);
        foreach (var unknown in new[] { "nobody@example.com", "no-such-user", "<script>" })
        {
            await FindAsync(page, unknown);
            Assert.Contains("No customer or account was found.", await page.InnerTextAsync("main"), StringComparison.Ordinal);
        }
    }

    [Theory(Timeout = LimitMs)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_page_is_accessible_and_fits_the_screen(bool isPhone)
    {
        const string LongName = "A bell with a name as long as names may be, so that it must be broken somewhere, unpronounceablylong";
        var item = await _products.CreateAsync(LongName, 1_000_000_000, stock: 5);
        await _products.SendAsync("PUT", $"/{item}/picture", PictureSvg, mediaType: "image/svg+xml");
        await Task.Delay(TimeSpan.FromSeconds(1.2), Ct);
        var page = await chromium.NewVisitorAsync(Shop, isPhone: isPhone);
        await page.InspectAsync("/?q=bell", "/?q=nothing+at+all&sort=price", $"/catalog/{item}");
        var user = await cluster.Shop.NewUserAsync(7);
        await page.InspectAsync("/admin/products", "/admin/products/new", $"/admin/products/{item}", $"/admin/products/{item}?done=saved",
            $"/admin/products/{item}/delete", "/admin/users", $"/admin/users?find={user}", "/admin/users?find=nobody@example.com");

        await page.GotoAsync($"/catalog/{item}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add to basket" }).ClickAsync();
        await page.InspectAsync();
        await _products.SendAsync("DELETE", $"/{item}");
        await Task.Delay(TimeSpan.FromSeconds(1.2), Ct);
        await page.InspectAsync("/basket");
        await page.GetByText("is no longer sold").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        Assert.Equal(0, await page.GetByText("is no longer sold").CountAsync());
    }

    private static async Task FillAsync(IPage page, string name, string description, string price)
    {
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("Description").FillAsync(description);
        if (price.Contains('.', StringComparison.Ordinal))
            await page.EvalOnSelectorAsync("#price", "(input, price) => { input.type = 'text'; input.value = price }", price);
        else await page.GetByLabel("Price").FillAsync(price);
    }

    private static Task UploadAsync(IPage page, string name, byte[] bytes) =>
        page.Locator("input[type=file]").SetInputFilesAsync(new FilePayload { Name = name, MimeType = "image/png", Buffer = bytes });

    private static async Task FindAsync(IPage page, string text)
    {
        await page.GetByLabel("Email address or user ID").FillAsync(text);
        await page.GetByRole(AriaRole.Button, new() { Name = "Find", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/admin/users?find=*");
    }

    private static async Task<bool> IsShownAsync(ILocator image) =>
        await image.EvaluateAsync<bool>("image => { image.loading = 'eager'; return image.decode().then(() => image.naturalWidth > 0, () => false) }");
}
