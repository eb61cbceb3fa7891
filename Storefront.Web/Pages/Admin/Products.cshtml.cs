using Microsoft.AspNetCore.Mvc;
using Storefront.Web.Operations;
using Storefront.Web.Services;

namespace Storefront.Web.Pages.Admin;

/// <summary>All products, hidden ones too, to search and edit.</summary>
internal sealed class ProductsModel(Catalog catalog, Operator @operator) : OperatorPage(@operator)
{
    private const int PageProducts = 50;

    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Search { get; set; }

    /// <summary>The number of the page, from 1.</summary>
    [BindProperty(SupportsGet = true, Name = "p")]
    public int Number { get; set; }

    public string? Notice { get; private set; }

    public IReadOnlyList<Product> Products { get; private set; } = [];

    public int Total { get; private set; }

    public int LastNumber => Math.Max(1, (Total + PageProducts - 1) / PageProducts);

    public async Task OnGetAsync(string? done)
    {
        if (done == "deleted") Notice = "The product was deleted.";
        var found = ProductSearch.Find(await catalog.ReadNowAsync(), Search, "name");
        Total = found.Count;
        Number = Math.Clamp(Number, 1, LastNumber);
        Products = [.. found.Skip((Number - 1) * PageProducts).Take(PageProducts)];
    }

    /// <summary>The address of another page of the same search.</summary>
    public string PathOf(int number) =>
        "/admin/products" + QueryString.Create(new Dictionary<string, string?> { ["q"] = Search, ["p"] = $"{number}" });
}
