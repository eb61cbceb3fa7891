using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Storefront.Web.Checkout;
using Storefront.Web.Services;
using Storefront.Web.Visitors;

namespace Storefront.Web.Pages;

/// <summary>The checkout form. It buys what it shows, once, however often it is sent.</summary>
internal sealed class CheckoutModel(Catalog catalog, Cashier cashier, Accounts accounts, OrderService orders, Visitor visitor) : PageModel
{
    [BindProperty]
    public CheckoutForm Form { get; set; } = new();

    public IReadOnlyList<(Product Product, long Quantity)> Products { get; private set; } = [];

    public long Total => Products.Sum(static line => line.Product.Price * line.Quantity);

    public long? Credit { get; private set; }

    public long Welcome => accounts.WelcomeCredit;

    public string? Problem { get; private set; }

    public IReadOnlyList<string> Missing { get; private set; } = [];

    public bool IsCreditMissing { get; private set; }

    /// <summary>The order that this form has placed before, with other entries.</summary>
    public string? SentOrder { get; private set; }

    public Task<IActionResult> OnGetAsync() => ShowAsync(visitor.Basket);

    public async Task<IActionResult> OnPostAsync()
    {
        if (Form.Lines.Count == 0) return RedirectToPage();
        OrderedItem[] lines = [.. Form.Lines.Select(static line => new OrderedItem(line.Item ?? "", line.Quantity ?? 1))];
        if (!ModelState.IsValid || Form.Key == default) return await ShowAsync(lines, "Please look at what is marked below.");
        var key = $"form-{Form.Key:N}";
        var purchase = await cashier.BuyAsync(key, visitor.UserId, lines, Form.ToShipping());
        visitor.SetUser(purchase.Refusal is { Name: "unknown-user" } ? null : purchase.UserId); // gone with its data: the next try opens another
        if (purchase.Refusal is { } refusal)
        {
            if (refusal.Name == "idempotency-key-reused") SentOrder = OrderService.IdOf(Cashier.OrderKey(key));
            IsCreditMissing = refusal.Name == "insufficient-credit";
            var credit = await accounts.FindCreditAsync(purchase.UserId, HttpContext.RequestAborted);
            Missing = RefusalText.Missing(refusal.Name, lines, await catalog.ReadAsync(), credit);
            visitor.SetBasket(lines);
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
        Form.Key = Guid.NewGuid();
        if (visitor.UserId is not { } user) return Page();
        Credit = await accounts.FindCreditAsync(user, HttpContext.RequestAborted);
        // Who comes again need not write it again.
        if (problem is null && (await orders.LatestAsync(user, HttpContext.RequestAborted)).FirstOrDefault()?.Shipping is { } before)
            (Form.Name, Form.Street, Form.State, Form.Zip) = (before.Name, before.Street, before.State, before.Zip);
        return Page();
    }
}
