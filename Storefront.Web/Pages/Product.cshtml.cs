using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ServiceDefaults;
using Storefront.Web.Services;
using Storefront.Web.Visitors;

namespace Storefront.Web.Pages;

/// <summary>A product, with a form to add it to the basket.</summary>
internal sealed class ProductModel(Catalog catalog, Visitor visitor) : PageModel
{
    public Product Product { get; private set; } = null!;

    public string? Problem { get; private set; }

    public Task<IActionResult> OnGetAsync(string item) => ShowAsync(item);

    public async Task<IActionResult> OnPostAsync(string item, string? quantity)
    {
        if (await catalog.FindAsync(item) is null) return NotFound();
        var isCut = false;
        if (!PathValues.TryAmount(quantity, out var pieces, Visitor.QuantityMax)) Problem = $"Please enter a quantity from 1 to {Visitor.QuantityMax}.";
        else if (!visitor.Add(item, pieces, out isCut)) Problem = $"Your basket is full. It can hold {Visitor.LinesMax} different products.";
        return Problem is null ? RedirectToPage("/Basket", new { added = item, cut = isCut ? "true" : null }) : await ShowAsync(item);
    }

    private async Task<IActionResult> ShowAsync(string item)
    {
        if (await catalog.FindAsync(item) is not { } product) return NotFound();
        Product = product;
        if (Problem is not null) Response.StatusCode = StatusCodes.Status400BadRequest;
        return Page();
    }
}
