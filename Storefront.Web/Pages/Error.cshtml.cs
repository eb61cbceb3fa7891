using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Storefront.Web.Pages;

/// <summary>The error page, which <see cref="PageErrors"/> shows in place of the page that failed.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None), IgnoreAntiforgeryToken]
internal sealed class ErrorModel : PageModel
{
    public string Heading { get; private set; } = "";

    public string Advice { get; private set; } = "";

    public void OnGet()
    {
        if (Response.StatusCode < StatusCodes.Status400BadRequest) Response.StatusCode = StatusCodes.Status404NotFound; // requested by its own path
        (Heading, Advice) = Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => ("Page not found", "The address is wrong, or the page no longer exists."),
            StatusCodes.Status400BadRequest => ("This form has expired", "Nothing was changed. Go back, reload the page and submit the form again."),
            StatusCodes.Status429TooManyRequests => ("Too many attempts", "Wait a minute, then try again."),
            StatusCodes.Status503ServiceUnavailable => ("Temporarily unavailable", "Part of the shop is not responding. Try again in a few seconds."),
            < StatusCodes.Status500InternalServerError => ("We could not process this request", "Nothing was changed. Go back and try again."),
            _ => ("Something went wrong", "This is our fault. Try again in a minute."),
        };
    }
}
