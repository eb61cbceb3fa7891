using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Storefront.Web.Orders;
using Storefront.Web.Services;
using Storefront.Web.Visitors;

namespace Storefront.Web.Pages;

/// <summary>Finds an order by its number. The short form finds only the visitor's own orders: anyone could guess the beginning of another one.</summary>
internal sealed class LookupModel(OrderService orders, Visitor visitor) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "order_id")]
    public string? OrderId { get; set; }

    public string? Problem { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        if (OrderId is null) return Page();
        if (OrderId.Length <= OrderNumber.EntryLengthMax)
        {
            var number = OrderNumber.Parse(OrderId);
            var found = await orders.FindAsync(number, HttpContext.RequestAborted) is { } order ? [order.OrderId] : await FindOwnAsync(number);
            if (found.Length == 1) return RedirectToPage("/Order", new { order = found[0] });
            if (found.Length > 1) Problem = "Several of your orders begin with this number. Enter more of it.";
        }

        Problem ??= "No order has this number. Check it and try again.";
        Response.StatusCode = StatusCodes.Status404NotFound;
        return Page();
    }

    private async Task<string[]> FindOwnAsync(string number)
    {
        if (number.Length < OrderNumber.ShortLength || visitor.UserId is not { } user) return [];
        var own = await orders.LatestAsync(user, HttpContext.RequestAborted);
        return [.. own.Select(static order => order.OrderId).Where(order => order.StartsWith(number, StringComparison.Ordinal))];
    }
}
