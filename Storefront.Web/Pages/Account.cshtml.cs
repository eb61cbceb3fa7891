using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Storefront.Web.Services;
using Storefront.Web.Visitors;

namespace Storefront.Web.Pages;

/// <summary>The visitor's credit and orders.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class AccountModel(Accounts accounts, OrderService orders, Visitor visitor) : PageModel
{
    public long Welcome => accounts.WelcomeCredit;

    public long? Credit { get; private set; }

    public IReadOnlyList<Order> Orders { get; private set; } = [];

    public async Task OnGetAsync()
    {
        if (visitor.UserId is not { } user) return;
        Credit = await accounts.FindCreditAsync(user, HttpContext.RequestAborted);
        Orders = await orders.LatestAsync(user, HttpContext.RequestAborted);
    }

    /// <summary>Adds the welcome credit to the visitor's credit, once per form.</summary>
    public async Task<IActionResult> OnPostAsync(Guid key)
    {
        if (visitor.UserId is { } user && key != default) await accounts.TopUpAsync($"top-up-{key:N}", user, CancellationToken.None);
        return RedirectToPage();
    }
}
