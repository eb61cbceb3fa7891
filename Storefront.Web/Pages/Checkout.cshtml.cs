using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Storefront.Web.Checkout;
using Storefront.Web.Orders;
using Storefront.Web.Services;
using Storefront.Web.Visitors;

namespace Storefront.Web.Pages;

/// <summary>The checkout form. It charges the total that it shows, once, however often it is sent.</summary>
internal sealed class CheckoutModel(Catalog catalog, Cashier cashier, Accounts accounts, OrderService orders, Visitor visitor) : PageModel
{
    private const string LineFields = "Form.Lines";

    private static readonly string[] AddressFields = ["Form.Name", "Form.Street", "Form.City", "Form.State", "Form.Zip"];

    [BindProperty]
    public CheckoutForm Form { get; set; } = new();

    public IReadOnlyList<(Product Product, long Quantity)> Products { get; private set; } = [];

    public long Total => Products.Sum(static line => line.Product.Price * line.Quantity);

    public long? Credit { get; private set; }

    public long Welcome => accounts.WelcomeCredit;

    public string? Problem { get; private set; }

    public IReadOnlyList<string> Missing { get; private set; } = [];

    public bool IsCreditMissing { get; private set; }

    /// <summary>The order that this form already placed with different entries, and its lines as text.</summary>
    public (Order Order, string Lines)? Sent { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        // Returning customers get their last address.
        if (visitor.UserId is { } user && (await orders.LatestAsync(user, HttpContext.RequestAborted)).FirstOrDefault()?.Shipping is { } last)
            (Form.Name, Form.Street, Form.City, Form.State, Form.Zip) = (last.Name, last.Street, last.City, last.State, last.Zip);
        return await ShowAsync(visitor.Basket);
    }

    /// <summary>Buys, unless the shown total is out of date.</summary>
    /// <param name="update">Only update the total. Address fields may be missing or invalid.</param>
    /// <param name="remove">An item to remove, and then only update the total.</param>
    public async Task<IActionResult> OnPostAsync(bool update, string? remove)
    {
        if (Form.Lines.Count == 0 || Form.Lines.Any(static line => line is null)) return RedirectToPage();
        if (remove is not null) RemoveLine(remove);
        OrderedItem[] lines = [.. Form.Lines.Select(static line => line.ToItem())];
        if (update || remove is not null)
        {
            foreach (var field in AddressFields) ModelState.Remove(field);
            visitor.UpdateBasket(lines, remove);
            return await ShowAsync(lines, ModelState.IsValid ? null : "Please check the fields marked below.");
        }

        if (string.IsNullOrEmpty(Form.City)) ModelState.AddModelError("Form.City", "Please enter your city.");
        if (!ModelState.IsValid || Form.Key == default) return await ShowAsync(lines, "Please check the fields marked below.");
        // Order.Api compares the prices, which it alone reads when it freezes the total.
        if (Form.Lines.All(static line => line.Quantity == line.ShownQuantity && line.ShownPrice is not null)) return await BuyAsync(lines);
        visitor.UpdateBasket(lines);
        Products = await catalog.LinesAsync(lines);
        return await ShowAsync(lines, NewTotal());
    }

    private async Task<IActionResult> BuyAsync(OrderedItem[] lines)
    {
        var key = $"form-{Form.Key:N}";
        var purchase = await cashier.BuyAsync(key, visitor.UserId, lines, Form.ToShipping());
        visitor.SetUser(purchase.Refusal is { Name: "unknown-user" } ? null : purchase.UserId); // without the account, the next attempt opens a new one
        if (purchase.Refusal is { } refusal) return await RefuseAsync(refusal.Name, key, purchase.UserId, lines);
        visitor.SetBasket(visitor.Basket.Where(line => Array.TrueForAll(lines, bought => bought.Item != line.Item)));
        Response.Headers.Location = $"/orders/{purchase.OrderId}";
        return StatusCode(StatusCodes.Status303SeeOther);
    }

    private async Task<IActionResult> RefuseAsync(string refusal, string key, string payer, OrderedItem[] lines)
    {
        visitor.PutBack(lines);
        if (refusal == "price-changed")
        {
            catalog.Expire();
            Products = await catalog.LinesAsync(lines);
            return await ShowAsync(lines, $"{RefusalText.Of(refusal)} {NewTotal()}"); // nothing was placed, so the form keeps its key
        }

        if (refusal == "not-found") catalog.Expire(); // a product has been deleted within the last second
        var products = await catalog.ReadAsync();
        if (refusal == "idempotency-key-reused"
            && await orders.FindAsync(OrderService.IdOf(Cashier.OrderKey(key)), HttpContext.RequestAborted) is { } sent)
            Sent = (sent, OrderText.Lines(sent, await catalog.NamesAsync(sent.Lines.Select(static line => line.Item))));
        IsCreditMissing = refusal == "insufficient-credit";
        Missing = RefusalText.Missing(refusal, lines, products, await accounts.FindCreditAsync(payer, HttpContext.RequestAborted));
        Form.Key = default; // it belongs to the first order, or to the refused one
        return await ShowAsync(lines, RefusalText.Of(refusal));
    }

    private string NewTotal() => $"The total is now {Money.Text(Total)}. Please check it, then buy again.";

    private void RemoveLine(string item)
    {
        Form.Lines = [.. Form.Lines.Where(line => line.Item != item)];
        // The entries are known by the line's number, which has changed.
        foreach (var field in ModelState.Keys.Where(static field => field.StartsWith(LineFields, StringComparison.Ordinal)).ToList()) ModelState.Remove(field);
    }

    private async Task<IActionResult> ShowAsync(IReadOnlyList<OrderedItem> lines, string? problem = null)
    {
        Problem = problem;
        if (problem is not null) Response.StatusCode = StatusCodes.Status400BadRequest;
        Products = await catalog.LinesAsync(lines);
        // Otherwise the form keeps its key: if it already placed an order, changed entries are refused instead of bought in addition.
        if (Form.Key == default) Form.Key = Guid.NewGuid();
        if (visitor.UserId is { } user) Credit = await accounts.FindCreditAsync(user, HttpContext.RequestAborted);
        return Page();
    }
}
