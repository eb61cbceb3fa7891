using Microsoft.AspNetCore.Mvc;

namespace Storefront.Web.Operations;

/// <summary>A page with a product's form.</summary>
internal abstract class ProductPage(Operator @operator) : OperatorPage(@operator)
{
    /// <summary>Maximum size of a form with a picture, in bytes. It exceeds that of a picture, so that the page can explain what is wrong.</summary>
    public const long FormBytesMax = 8 * 1024 * 1024;

    /// <summary>Maximum size of a picture in bytes, as Stock.Api has it.</summary>
    private const long PictureBytesMax = 1024 * 1024;

    [BindProperty]
    public ProductForm Form { get; set; } = new();

    public string? Problem { get; private set; }

    /// <summary>Shows the page again with a problem.</summary>
    protected IActionResult Refused(string problem)
    {
        Problem = problem;
        Response.StatusCode = StatusCodes.Status400BadRequest;
        return Page();
    }

    /// <summary>Shows the page again with the errors beside their fields, or above the form if they belong to none.</summary>
    protected IActionResult Refused(ProductAnswer answer)
    {
        foreach (var (field, errors) in answer.Errors)
            ModelState.AddModelError($"Form.{char.ToUpperInvariant(field[0])}{field[1..]}", $"This {string.Join(' ', errors)}");
        if (answer.Problem == "duplicate-product") ModelState.AddModelError("Form.Name", answer.Detail!);
        return Refused(ModelState.IsValid ? answer.Detail ?? "The change was refused." : "Please check the fields marked below.");
    }

    /// <summary>What is wrong with a picture's size; null if nothing is.</summary>
    protected static string? TooLarge(IFormFile? picture) =>
        picture?.Length > PictureBytesMax ? "A picture can have at most 1 MB. Choose a smaller one." : null;
}
