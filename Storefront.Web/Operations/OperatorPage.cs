using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Storefront.Web.Operations;

/// <summary>A page for operators. Others are redirected to the login page, or get 404 if the operator's pages do not exist.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal abstract class OperatorPage(Operator @operator) : PageModel
{
    /// <inheritdoc />
    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (!@operator.Exists) context.Result = NotFound();
        else if (!@operator.IsIn) context.Result = RedirectToPage("/Admin/Login");
    }
}
