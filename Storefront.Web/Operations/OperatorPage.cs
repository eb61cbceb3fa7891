using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Storefront.Web.Operations;

/// <summary>A page for operators: others are asked for the key, or told that there is no such page.</summary>
[ResponseCache(NoStore = true)]
internal abstract class OperatorPage(Operator @operator) : PageModel
{
    /// <inheritdoc />
    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (!@operator.Exists) context.Result = NotFound();
        else if (!@operator.IsIn) context.Result = RedirectToPage("/Admin/Login");
    }
}
