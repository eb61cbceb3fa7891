using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ServiceDefaults;
using Storefront.Web.Services;
using Storefront.Web.Visitors;

namespace Storefront.Web.Pages;

/// <summary>The basket.</summary>
internal sealed class BasketModel(Catalog catalog, Visitor visitor) : PageModel
{
    public IReadOnlyList<(Product Product, long Quantity)> Lines { get; private set; } = [];

    public long Total => Lines.Sum(static line => line.Product.Price * line.Quantity);

    public async Task OnGetAsync() => Lines = await catalog.LinesAsync(visitor.Basket);

    public IActionResult OnPost(string? item, string? quantity, bool remove)
    {
        if (visitor.Basket.Any(line => line.Item == item))
        {
            if (remove || quantity == "0") visitor.Set(item!, 0);
            else if (PathValues.TryAmount(quantity, out var pieces, Visitor.QuantityMax)) visitor.Set(item!, pieces);
        }

        return RedirectToPage();
    }
}
