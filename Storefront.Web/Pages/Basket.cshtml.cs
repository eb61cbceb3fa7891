using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ServiceDefaults;
using Storefront.Web.Services;
using Storefront.Web.Visitors;

namespace Storefront.Web.Pages;

internal sealed class BasketModel(Catalog catalog, Visitor visitor) : PageModel
{
    public IReadOnlyList<(Product Product, long Quantity)> Lines { get; private set; } = [];

    public long Total => Lines.Sum(static line => line.Product.Price * line.Quantity);

    /// <summary>The outcome of adding a product, right after it.</summary>
    public string? Notice { get; private set; }

    /// <summary>Items in the basket that are not for sale any more, with their names. A checkout leaves them out.</summary>
    public IReadOnlyList<(string Item, string Name)> Gone { get; private set; } = [];

    /// <summary>Shows the basket.</summary>
    /// <param name="added">The item that was just added.</param>
    /// <param name="cut">Whether its quantity was cut to the maximum.</param>
    public async Task OnGetAsync(string? added, bool cut)
    {
        Lines = await catalog.LinesAsync(visitor.Basket);
        if (Lines.Count < visitor.Basket.Count) Gone = await FindGoneAsync();
        if (Lines.FirstOrDefault(line => line.Product.ItemId == added).Product is not { } product) return;
        Notice = cut
            ? $"{product.Name}: the quantity was cut to {Visitor.QuantityMax}, the most you can order of one product."
            : $"{product.Name} was added to your basket.";
    }

    public IActionResult OnPost(string? item, string? quantity, bool remove)
    {
        if (visitor.Basket.Any(line => line.Item == item))
        {
            if (remove || quantity == "0") visitor.Set(item!, 0);
            else if (PathValues.TryAmount(quantity, out var pieces, Visitor.QuantityMax)) visitor.Set(item!, pieces);
        }

        return RedirectToPage();
    }

    private async Task<(string, string)[]> FindGoneAsync()
    {
        string[] gone = [.. visitor.Basket.Select(static line => line.Item).Except(Lines.Select(static line => line.Product.ItemId))];
        var names = await catalog.NamesAsync(gone);
        return Array.ConvertAll(gone, item => (item, names.GetValueOrDefault(item) ?? $"Item {item}"));
    }
}
