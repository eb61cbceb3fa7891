using Microsoft.AspNetCore.Mvc;
using Storefront.Web.Operations;
using Storefront.Web.Services;

namespace Storefront.Web.Pages.Admin;

/// <summary>Forms to change a product: its details, its stock and its picture, each by itself.</summary>
[RequestSizeLimit(ProductPage.FormBytesMax)]
internal sealed class EditProductModel(ProductsClient products, Operator @operator) : ProductPage(@operator)
{
    private const long PiecesMax = 1_000_000_000;

    // Notices by the value of the query parameter "done".
    private static readonly Dictionary<string, string> Notices = new()
    {
        ["added"] = "The product was added.",
        ["added-without-picture"] = "The product was added, but its picture was refused. It must be a PNG, JPEG or SVG of at most 1 MB.",
        ["saved"] = "The product was saved.",
        ["stock"] = "The stock was changed.",
        ["picture"] = "The picture was changed.",
    };

    public Product Product { get; private set; } = null!;

    public string? Notice { get; private set; }

    public bool HasPicture => Product.PictureUrl.StartsWith("/products/", StringComparison.Ordinal);

    /// <summary>The picture's address. An uploaded one comes through this page, because operators may not be at the gateway.</summary>
    public string PictureUrl => HasPicture ? $"/admin/products/{Product.ItemId}?handler=Picture&r={Product.Revision}" : Product.PictureUrl;

    public async Task<IActionResult> OnGetAsync(string item, string? done)
    {
        if (!await FindAsync(item)) return NotFound();
        Show();
        Notice = Notices.GetValueOrDefault(done ?? "");
        return Page();
    }

    public async Task<IActionResult> OnGetPictureAsync(string item)
    {
        if (!await FindAsync(item) || await products.FindPictureAsync(item, HttpContext.RequestAborted) is not var (bytes, type)) return NotFound();
        return File(bytes, type);
    }

    public async Task<IActionResult> OnPostAsync(string item)
    {
        if (!await FindAsync(item)) return NotFound();
        if (!ModelState.IsValid) return Refused("Please check the fields marked below.");
        var answer = await products.ChangeAsync(item, Form);
        if (answer.Product is not null) return Done(item, "saved");
        if (answer.Problem != "product-changed") return Refused(answer);
        if (!await FindAsync(item)) return NotFound();
        ModelState.Clear();
        Form.Revision = Product.Revision;
        return Refused("Somebody else has changed this product since you opened the page. Check your entries, then save again to replace their changes.");
    }

    public async Task<IActionResult> OnPostStockAsync(string item, long? pieces, bool isAdded, Guid key)
    {
        if (!await FindAsync(item)) return NotFound();
        var answer = pieces is >= 1 and <= PiecesMax && key != default ? await products.MoveStockAsync(item, pieces.Value, isAdded, key) : null;
        return answer is { Problem: null } ? Done(item, "stock") : RefusedOther(answer?.Detail ?? $"Please enter a number of pieces from 1 to {PiecesMax}.");
    }

    public async Task<IActionResult> OnPostPictureAsync(string item, IFormFile? picture)
    {
        if (!await FindAsync(item)) return NotFound();
        if (picture is null) return RefusedOther("Please choose a picture.");
        if (TooLarge(picture) is { } tooLarge) return RefusedOther(tooLarge);
        await using var file = picture.OpenReadStream();
        var answer = await products.SetPictureAsync(item, file);
        return answer.Product is not null ? Done(item, "picture") : RefusedOther(answer.Detail ?? "The picture was refused.");
    }

    public async Task<IActionResult> OnPostRemovePictureAsync(string item)
    {
        if (!await FindAsync(item)) return NotFound();
        var answer = await products.RemovePictureAsync(item);
        return answer.Product is not null ? Done(item, "picture") : RefusedOther(answer.Detail ?? "The change was refused.");
    }

    private static RedirectResult Done(string item, string what) => new($"/admin/products/{item}?done={what}");

    // The form of the details was not sent.
    private IActionResult RefusedOther(string problem)
    {
        ModelState.Clear();
        Show();
        return Refused(problem);
    }

    private void Show() => Form = new()
    {
        Revision = Product.Revision, Name = Product.Name, Description = Product.Description, Price = Product.Price, State = Product.State,
    };

    private async Task<bool> FindAsync(string item)
    {
        if (await products.FindAsync(item) is not { } found) return false;
        Product = found;
        return true;
    }
}
