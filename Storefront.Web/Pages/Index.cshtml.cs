using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.OutputCaching;
using Storefront.Web.Services;

namespace Storefront.Web.Pages;

/// <summary>The home page, with all products.</summary>
[OutputCache(PolicyName = PageSetup.SharedPage)]
internal sealed class IndexModel(Catalog catalog) : PageModel
{
    public IReadOnlyList<Product> Products { get; private set; } = [];

    public async Task OnGetAsync() => Products = await catalog.ReadAsync();
}
