using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Storefront.Web.Pages;

/// <summary>What people see of an error; <see cref="PageErrors"/> shows it in the place of the page that failed.</summary>
[ResponseCache(NoStore = true), IgnoreAntiforgeryToken]
internal sealed class ErrorModel : PageModel
{
    public string Heading { get; private set; } = "";

    public string Advice { get; private set; } = "";

    public void OnGet()
    {
        if (Response.StatusCode < StatusCodes.Status400BadRequest) Response.StatusCode = StatusCodes.Status404NotFound; // asked for by its own address
        (Heading, Advice) = Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => ("There is nothing here", "The address is wrong, or what was here is gone."),
            StatusCodes.Status400BadRequest => ("The form was too old", "Nothing was done. Go back, load the page again, and send it once more."),
            StatusCodes.Status429TooManyRequests => ("Too many tries", "Wait for a minute, then try again."),
            StatusCodes.Status503ServiceUnavailable => ("We are away for a moment", "A part of the shop does not answer. Try again in a few seconds."),
            _ => ("Something went wrong", "It is our fault, not yours. Try again in a minute."),
        };
    }
}
