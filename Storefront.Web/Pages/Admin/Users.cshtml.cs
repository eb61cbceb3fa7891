using Microsoft.AspNetCore.Mvc;
using ServiceDefaults;
using Storefront.Web.Operations;
using Storefront.Web.Services;

namespace Storefront.Web.Pages.Admin;

/// <summary>Finds a customer by email address or user ID, shows credit and orders, and adds funds.</summary>
internal sealed class UsersModel(UserDirectory users, OrderService orders, Operator @operator) : OperatorPage(@operator)
{
    /// <summary>The text to search for.</summary>
    [BindProperty(SupportsGet = true, Name = "find")]
    public string? Text { get; set; }

    public string? Problem { get; private set; }

    public string? Notice { get; private set; }

    public string? FundsProblem { get; private set; }

    public IReadOnlyList<FoundCustomer> Customers { get; private set; } = [];

    /// <summary>The user whose account is shown.</summary>
    public string? UserId { get; private set; }

    public long? Credit { get; private set; }

    public IReadOnlyList<Order> Orders { get; private set; } = [];

    /// <summary>Identifies the form that adds funds, however often it is sent.</summary>
    public Guid Key { get; private set; } = Guid.NewGuid();

    public async Task OnGetAsync(bool added)
    {
        if (added) Notice = "The funds were added.";
        await ShowAsync();
    }

    /// <summary>Adds to a user's credit, once per form.</summary>
    public async Task<IActionResult> OnPostAsync(string? amount, Guid key)
    {
        Text = Text?.Trim();
        if (!PathValues.TryAmount(amount, out var dollars, UserDirectory.FundsMax) || key == default)
            FundsProblem = $"Please enter an amount from 1 to {UserDirectory.FundsMax}.";
        else if (!PathValues.IsId(Text)) FundsProblem = "There is no such user.";
        else if (await users.AddFundsAsync(Text!, dollars, key) is { } refusal) FundsProblem = TextOf(refusal);
        if (FundsProblem is null) return Redirect($"/admin/users?find={Text}&added=true");
        Response.StatusCode = StatusCodes.Status400BadRequest;
        await ShowAsync();
        return Page();
    }

    private static string TextOf(Refusal refusal) => refusal.Name switch
    {
        "idempotency-key-reused" => "This form was already sent with another amount. Nothing more was added.",
        "not-found" => "There is no such user.",
        "amount-too-large" => "The credit would be too large.",
        _ => "The funds could not be added.",
    };

    private async Task ShowAsync()
    {
        if (Text?.Trim() is not { Length: > 0 } text) return;
        Customers = await users.FindAsync(text, HttpContext.RequestAborted);
        if (Customers.FirstOrDefault(one => one.Email.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } exact) Customers = [exact];
        UserId = Customers is [var only] ? only.UserId : text;
        if (UserId is not null) Credit = await users.FindCreditAsync(UserId, HttpContext.RequestAborted);
        if (Credit is not null) Orders = await orders.LatestAsync(UserId!, HttpContext.RequestAborted);
        else if (Customers.Count == 0) Problem = "No customer or account was found.";
        else if (Customers.Count == 1) Problem = $"{Customers[0].Name} has no account.";
    }
}
