using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.RateLimiting;
using Storefront.Web.Operations;

namespace Storefront.Web.Pages.Admin;

/// <summary>Asks for the operator's key.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None), EnableRateLimiting(PageSetup.KeyTries)]
internal sealed class LoginModel(Operator @operator) : PageModel
{
    public string? Problem { get; private set; }

    public IActionResult OnGet() => !@operator.Exists ? NotFound() : @operator.IsIn ? RedirectToPage("/Admin/Index") : Page();

    public IActionResult OnPost(string? key)
    {
        if (!@operator.Exists) return NotFound();
        if (@operator.IsIn || @operator.TryEnter(key)) return RedirectToPage("/Admin/Index");
        Problem = "This key is not correct.";
        Response.StatusCode = StatusCodes.Status403Forbidden;
        return Page();
    }
}
