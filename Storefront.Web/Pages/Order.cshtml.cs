using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Storefront.Web.Orders;
using Storefront.Web.Services;
using Storefront.Web.Visitors;

namespace Storefront.Web.Pages;

/// <summary>An order with its lines, total, address and status. Anyone with its id may see it; ids cannot be guessed.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class OrderModel(Catalog catalog, OrderService orders, Visitor visitor) : PageModel
{
    public Order Order { get; private set; } = null!;

    public bool IsMine => visitor.UserId == Order.UserId;

    public IReadOnlyList<Product> Products { get; private set; } = [];

    public IReadOnlyDictionary<string, string> Names { get; private set; } = new Dictionary<string, string>();

    public IReadOnlyList<(Product Product, long Quantity)> Popular { get; private set; } = [];

    public string? Problem { get; private set; }

    public bool IsSold(string item) => Products.Any(product => product.ItemId == item);

    public async Task<IActionResult> OnGetAsync(string order) => await FindAsync(order) ? await ShowAsync() : NotFound();

    /// <summary>Checks out the visitor's unpaid order again; the page then shows the outcome. Only the total that the page showed is charged.</summary>
    public async Task<IActionResult> OnPostAsync(string order, long shownTotal)
    {
        if (!await FindAsync(order)) return NotFound();
        if (IsMine && Order.TotalCost != shownTotal)
        {
            Problem = $"The total is now {Money.Text(Order.TotalCost)}. Please check it, then try again.";
            Response.StatusCode = StatusCodes.Status400BadRequest;
            return await ShowAsync();
        }

        if (IsMine) await orders.CheckoutAsync(Order.OrderId, CancellationToken.None);
        return RedirectToPage(new { order = Order.OrderId });
    }

    /// <summary>Puts the order's products into the basket.</summary>
    public async Task<IActionResult> OnPostReorderAsync(string order)
    {
        if (!await FindAsync(order)) return NotFound();
        Products = await catalog.ReadAsync();
        var (cut, missed) = (false, 0);
        foreach (var line in Order.Lines)
        {
            if (IsSold(line.Item) && visitor.Add(line.Item, Math.Min(line.Quantity, Visitor.QuantityMax + 1), out var isCut)) cut |= isCut;
            else missed++;
        }

        return RedirectToPage("/Basket", new { reordered = "true", cut = cut ? "true" : null, missed = missed > 0 ? (int?)missed : null });
    }

    private async Task<bool> FindAsync(string order)
    {
        if (await orders.FindAsync(OrderNumber.Parse(order), HttpContext.RequestAborted) is not { } found) return false;
        Order = found;
        return true;
    }

    private async Task<IActionResult> ShowAsync()
    {
        Products = await catalog.ReadAsync();
        Names = await catalog.NamesAsync(Order.Lines.Select(static line => line.Item));
        if (Order.Shipping is { } shipping) Popular = await catalog.LinesAsync(await orders.PopularAsync(shipping.State, HttpContext.RequestAborted));
        return Page();
    }
}
