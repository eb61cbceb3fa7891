using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Storefront.Web.Services;
using Storefront.Web.Visitors;

namespace Storefront.Web.Pages;

/// <summary>An order with its lines, total, address and status. Anyone with its id may see it; ids cannot be guessed.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class OrderModel(Catalog catalog, OrderService orders, Visitor visitor) : PageModel
{
    public Order Order { get; private set; } = null!;

    public bool IsMine => visitor.UserId == Order.UserId;

    public IReadOnlyList<(OrderLine Line, string Name)> Lines { get; private set; } = [];

    public IReadOnlyList<(Product Product, long Quantity)> Popular { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(string order)
    {
        if (await orders.FindAsync(order, HttpContext.RequestAborted) is not { } found) return NotFound();
        Order = found;
        var products = (await catalog.ReadAsync()).ToDictionary(static product => product.ItemId);
        Lines = [.. found.Lines.Select(line => (line, products.GetValueOrDefault(line.Item)?.Name ?? $"Item {line.Item}"))];
        if (found.Shipping is { } shipping) Popular = await catalog.LinesAsync(await orders.PopularAsync(shipping.State, HttpContext.RequestAborted));
        return Page();
    }

    /// <summary>Checks out the visitor's unpaid order again; the page then shows the outcome.</summary>
    public async Task<IActionResult> OnPostAsync(string order)
    {
        if (await orders.FindAsync(order, HttpContext.RequestAborted) is not { } found) return NotFound();
        Order = found;
        if (IsMine) await orders.CheckoutAsync(order, CancellationToken.None);
        return RedirectToPage(new { order });
    }
}
