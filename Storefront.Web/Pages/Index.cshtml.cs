using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.OutputCaching;
using Storefront.Web.Services;

namespace Storefront.Web.Pages;

/// <summary>The home page, with the products: all of them, or those that a visitor searches for.</summary>
[OutputCache(PolicyName = PageSetup.SharedPage)]
internal sealed class IndexModel(Catalog catalog) : PageModel
{
    /// <summary>The query parameters that the page depends on.</summary>
    public static readonly string[] QueryNames = ["q", "sort", "p"];

    private const int PageProducts = 24;

    /// <summary>The searched words.</summary>
    [BindProperty(SupportsGet = true, Name = "q")]
    public string? Search { get; set; }

    /// <summary>The order, one of <see cref="ProductSearch.Sorts"/>.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Sort { get; set; }

    /// <summary>The number of the page, from 1. Not "page", which Razor Pages reserves.</summary>
    [BindProperty(SupportsGet = true, Name = "p")]
    public int Number { get; set; }

    public bool IsSearch => !string.IsNullOrWhiteSpace(Search);

    public IReadOnlyList<Product> Products { get; private set; } = [];

    /// <summary>The number of products on all pages.</summary>
    public int Total { get; private set; }

    public int LastNumber => Math.Max(1, (Total + PageProducts - 1) / PageProducts);

    public async Task OnGetAsync()
    {
        if (Search?.Length > ProductSearch.LengthMax) Search = Search[..ProductSearch.LengthMax];
        var found = ProductSearch.Find(await catalog.ReadAsync(), Search, Sort);
        Total = found.Count;
        Number = Math.Clamp(Number, 1, LastNumber);
        Products = [.. found.Skip((Number - 1) * PageProducts).Take(PageProducts)];
    }

    /// <summary>The address of another page of the same search.</summary>
    public string PathOf(int number) => "/" + QueryString.Create(new Dictionary<string, string?> { ["q"] = Search, ["sort"] = Sort, ["p"] = $"{number}" });
}
