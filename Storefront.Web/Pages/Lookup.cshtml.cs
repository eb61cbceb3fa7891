using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Storefront.Web.Services;

namespace Storefront.Web.Pages;

/// <summary>Finds an order by its id.</summary>
internal sealed class LookupModel(OrderService orders) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "order_id")]
    public string? OrderId { get; set; }

    public string? Problem { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        if (OrderId is null) return Page();
        if (await orders.FindAsync(OrderId.Trim(), HttpContext.RequestAborted) is { } found) return RedirectToPage("/Order", new { order = found.OrderId });
        Problem = "No order has this number. Check it and try again.";
        Response.StatusCode = StatusCodes.Status404NotFound;
        return Page();
    }
}
