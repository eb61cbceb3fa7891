using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ServiceDefaults;
using Storefront.Web.Services;
using Storefront.Web.Visitors;

namespace Storefront.Web.Pages;

/// <summary>A product, to be put into the basket.</summary>
internal sealed class ProductModel(Catalog catalog, Visitor visitor) : PageModel
{
    public Product Product { get; private set; } = null!;

    public string? Problem { get; private set; }

    public Task<IActionResult> OnGetAsync(string item) => ShowAsync(item);

    public async Task<IActionResult> OnPostAsync(string item, string? quantity)
    {
        if (await catalog.FindAsync(item) is null) return NotFound();
        if (!PathValues.TryAmount(quantity, out var pieces, Visitor.QuantityMax)) Problem = $"The quantity must be 1 to {Visitor.QuantityMax}.";
        else if (!visitor.Add(item, pieces)) Problem = $"The basket is full: it holds {Visitor.LinesMax} different products.";
        return Problem is null ? RedirectToPage("/Basket") : await ShowAsync(item);
    }

    private async Task<IActionResult> ShowAsync(string item)
    {
        if (await catalog.FindAsync(item) is not { } product) return NotFound();
        Product = product;
        if (Problem is not null) Response.StatusCode = StatusCodes.Status400BadRequest;
        return Page();
    }
}
