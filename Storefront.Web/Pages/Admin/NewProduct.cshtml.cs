using Microsoft.AspNetCore.Mvc;
using Storefront.Web.Operations;

namespace Storefront.Web.Pages.Admin;

/// <summary>A form for a new product, with its picture.</summary>
[RequestSizeLimit(ProductPage.FormBytesMax)]
internal sealed class NewProductModel(ProductsClient products, Operator @operator) : ProductPage(@operator)
{
    public void OnGet() => Form.Key = Guid.NewGuid();

    public async Task<IActionResult> OnPostAsync(IFormFile? picture)
    {
        if (!ModelState.IsValid || Form.Key == default) return Refused("Please check the fields marked below.");
        if (TooLarge(picture) is { } tooLarge) return Refused(tooLarge);
        var created = await products.CreateAsync(Form);
        if (created.Product is not { } product)
        {
            Form.Key = Guid.NewGuid(); // the refusal is stored under the key
            return Refused(created);
        }

        if (picture is null) return Redirect($"/admin/products/{product.ItemId}?done=added");
        await using var file = picture.OpenReadStream();
        var saved = await products.SetPictureAsync(product.ItemId, file);
        return Redirect($"/admin/products/{product.ItemId}?done={(saved.Product is null ? "added-without-picture" : "added")}");
    }
}
