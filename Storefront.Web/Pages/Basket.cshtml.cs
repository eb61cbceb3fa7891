using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using ServiceDefaults;
using Storefront.Web.Services;
using Storefront.Web.Visitors;

namespace Storefront.Web.Pages;

internal sealed class BasketModel(Catalog catalog, Visitor visitor) : PageModel
{
    private readonly List<string> _notices = [];

    public IReadOnlyList<(Product Product, long Quantity)> Lines { get; private set; } = [];

    public long Total => Lines.Sum(static line => line.Product.Price * line.Quantity);

    /// <summary>What just happened to the basket.</summary>
    public IReadOnlyList<string> Notices => _notices;

    /// <summary>The item whose quantity was not valid, and the entry.</summary>
    public (string Item, string? Entry)? Wrong { get; private set; }

    /// <summary>Items in the basket that are not for sale any more, with their names. A checkout leaves them out.</summary>
    public IReadOnlyList<(string Item, string Name)> Gone { get; private set; } = [];

    /// <summary>Shows the basket.</summary>
    /// <param name="added">The item that was just added.</param>
    /// <param name="reordered">Whether the items of an order were just added.</param>
    /// <param name="cut">Whether a quantity was cut to the maximum.</param>
    /// <param name="missed">How many products of the order could not be added.</param>
    public async Task OnGetAsync(string? added, bool reordered, bool cut, int missed)
    {
        Lines = await catalog.LinesAsync(visitor.Basket);
        if (Lines.Count < visitor.Basket.Count) Gone = await FindGoneAsync();
        var cutText = $"the quantity was cut to {Visitor.QuantityMax}, the most you can order of one product.";
        if (reordered)
        {
            if (Lines.Count > 0) _notices.Add("The items of your order were added to your basket.");
            if (cut) _notices.Add($"For at least one product, {cutText}");
            if (missed > 0) _notices.Add($"{missed} of the order's products could not be added: no longer sold, or your basket is full.");
        }
        else if (Lines.FirstOrDefault(line => line.Product.ItemId == added).Product is { } product)
        {
            _notices.Add(cut ? $"{product.Name}: {cutText}" : $"{product.Name} was added to your basket.");
        }
    }

    /// <summary>Changes a line, or puts it back if another tab has removed it.</summary>
    public async Task<IActionResult> OnPostAsync(string? item, string? quantity, bool remove)
    {
        if (remove || quantity?.Trim() == "0")
        {
            if (item is not null) visitor.Set(item, 0);
            return RedirectToPage();
        }

        if (await catalog.FindAsync(item) is null) return RedirectToPage();
        if (PathValues.TryAmount(quantity?.Trim(), out var pieces, Visitor.QuantityMax))
        {
            visitor.Set(item!, pieces);
            return RedirectToPage();
        }

        Wrong = (item!, quantity);
        Response.StatusCode = StatusCodes.Status400BadRequest;
        Lines = await catalog.LinesAsync(visitor.Basket);
        return Page();
    }

    private async Task<(string, string)[]> FindGoneAsync()
    {
        string[] gone = [.. visitor.Basket.Select(static line => line.Item).Except(Lines.Select(static line => line.Product.ItemId))];
        var names = await catalog.NamesAsync(gone);
        return Array.ConvertAll(gone, item => (item, names.GetValueOrDefault(item) ?? $"Item {item}"));
    }
}
