using Microsoft.AspNetCore.Mvc;
using Storefront.Web.Operations;
using Storefront.Web.Services;

namespace Storefront.Web.Pages.Admin;

/// <summary>Deletes a product after a confirmation.</summary>
internal sealed class DeleteProductModel(ProductsClient products, Operator @operator) : OperatorPage(@operator)
{
    public Product Product { get; private set; } = null!;

    public string? Problem { get; private set; }

    public Task<IActionResult> OnGetAsync(string item) => ShowAsync(item);

    public async Task<IActionResult> OnPostAsync(string item, long revision, bool sure)
    {
        if (!sure) return await ShowAsync(item, "Please confirm that you are sure.");
        var answer = await products.DeleteAsync(item, revision);
        return answer.Problem is null ? Redirect("/admin/products?done=deleted")
            : await ShowAsync(item, "Somebody else has changed this product since you opened the page. Check it, then delete it again.");
    }

    private async Task<IActionResult> ShowAsync(string item, string? problem = null)
    {
        if (await products.FindAsync(item) is not { } found) return NotFound();
        (Product, Problem) = (found, problem);
        if (problem is not null) Response.StatusCode = StatusCodes.Status400BadRequest;
        return Page();
    }
}
