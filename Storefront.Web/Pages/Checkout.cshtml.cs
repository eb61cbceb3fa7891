using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Storefront.Web.Checkout;
using Storefront.Web.Services;
using Storefront.Web.Visitors;

namespace Storefront.Web.Pages;

/// <summary>The checkout form. It charges the total that it shows, once, however often it is sent.</summary>
internal sealed class CheckoutModel(Catalog catalog, Cashier cashier, Accounts accounts, OrderService orders, Visitor visitor) : PageModel
{
    private static readonly string[] AddressFields = ["Form.Name", "Form.Street", "Form.State", "Form.Zip"];

    [BindProperty]
    public CheckoutForm Form { get; set; } = new();

    /// <summary>The total that the visitor saw, in dollars.</summary>
    [BindProperty]
    public long ShownTotal { get; set; }

    public IReadOnlyList<(Product Product, long Quantity)> Products { get; private set; } = [];

    public long Total => Products.Sum(static line => line.Product.Price * line.Quantity);

    public long? Credit { get; private set; }

    public long Welcome => accounts.WelcomeCredit;

    public string? Problem { get; private set; }

    public IReadOnlyList<string> Missing { get; private set; } = [];

    public bool IsCreditMissing { get; private set; }

    /// <summary>The order that this form already placed with different entries.</summary>
    public string? SentOrder { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        // Returning customers get their last address.
        if (visitor.UserId is { } user && (await orders.LatestAsync(user, HttpContext.RequestAborted)).FirstOrDefault()?.Shipping is { } last)
            (Form.Name, Form.Street, Form.State, Form.Zip) = (last.Name, last.Street, last.State, last.Zip);
        return await ShowAsync(visitor.Basket);
    }

    /// <summary>Buys, unless the shown total is out of date.</summary>
    /// <param name="update">Only update the total. Address fields may be missing or invalid.</param>
    public async Task<IActionResult> OnPostAsync(bool update)
    {
        if (Form.Lines.Count == 0) return RedirectToPage();
        OrderedItem[] lines = [.. Form.Lines.Select(static line => new OrderedItem(line.Item ?? "", line.Quantity ?? 1))];
        if (update)
        {
            foreach (var field in AddressFields) ModelState.Remove(field);
        }

        if (!ModelState.IsValid || Form.Key == default) return await ShowAsync(lines, "Please check the fields marked below.");
        Products = await catalog.LinesAsync(lines);
        var isShown = Total == ShownTotal;
        if (update || !isShown) visitor.UpdateBasket(lines);
        if (update) return await ShowAsync(lines);
        if (!isShown) return await ShowAsync(lines, $"The total is now {Money.Text(Total)}. Please check it, then buy again.");
        var key = $"form-{Form.Key:N}";
        var purchase = await cashier.BuyAsync(key, visitor.UserId, lines, Form.ToShipping(), ShownTotal);
        visitor.SetUser(purchase.Refusal is { Name: "unknown-user" } ? null : purchase.UserId); // without the account, the next attempt opens a new one
        if (purchase.Refusal is { } refusal)
        {
            if (refusal.Name == "idempotency-key-reused") SentOrder = OrderService.IdOf(Cashier.OrderKey(key));
            if (refusal.Name is "total-changed" or "not-found") catalog.Expire(); // it has changed within the last second
            IsCreditMissing = refusal.Name == "insufficient-credit";
            var credit = await accounts.FindCreditAsync(purchase.UserId, HttpContext.RequestAborted);
            Missing = RefusalText.Missing(refusal.Name, lines, await catalog.ReadAsync(), credit);
            visitor.SetBasket(lines);
            Form.Key = default; // it belongs to the refused order
            return await ShowAsync(lines, RefusalText.Of(refusal.Name));
        }

        visitor.SetBasket(visitor.Basket.Where(line => Array.TrueForAll(lines, bought => bought.Item != line.Item)));
        Response.Headers.Location = $"/orders/{purchase.OrderId}";
        return StatusCode(StatusCodes.Status303SeeOther);
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
