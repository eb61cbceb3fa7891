using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Storefront.Web.Operations;

namespace Storefront.Web.Pages.Admin;

/// <summary>Resets the shop after a confirmation. Development only.</summary>
internal sealed class ResetModel(OperationsClient operations, Operator @operator) : OperatorPage(@operator)
{
    private readonly bool _exists = @operator.MayReset;

    public string? Problem { get; private set; }

    /// <inheritdoc />
    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        base.OnPageHandlerExecuting(context);
        if (!_exists) context.Result = NotFound();
    }

    public async Task<IActionResult> OnPostAsync(bool sure)
    {
        if (sure && await operations.ResetAsync()) return RedirectToPage("/Admin/Index", new { done = "reset" });
        Problem = sure
            ? "Checkouts are in progress, or a service is not responding. Wait until the shop is idle, then try again."
            : "Please confirm that you are sure.";
        Response.StatusCode = sure ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status400BadRequest;
        return Page();
    }
}
