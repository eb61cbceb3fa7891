using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Storefront.Web.Operations;

namespace Storefront.Web.Pages.Admin;

/// <summary>Empties the shop, after a question. In development only.</summary>
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
            ? "Checkouts are under way, or a service does not answer. See that the shop is at rest, and try again."
            : "Please say that you are sure.";
        Response.StatusCode = sure ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status400BadRequest;
        return Page();
    }
}
