using System.Globalization;
using System.Text.Json.Serialization;
using ServiceDefaults;
using Storefront.Web.Services;

namespace Storefront.Web.Operations;

/// <summary>Finds customers and their accounts for operators.</summary>
internal sealed class UserDirectory(IHttpClientFactory clients, Accounts accounts)
{
    /// <summary>Maximum amount that is added at once, in dollars.</summary>
    public const long FundsMax = 1_000_000;

    /// <summary>Maximum number of customers in a result.</summary>
    public const int CustomersMax = 20;

    /// <summary>Finds customers by the beginning of their email address, which must include the @, or by their user ID.</summary>
    public async Task<IReadOnlyList<FoundCustomer>> FindAsync(string text, CancellationToken cancellationToken)
    {
        var isEmail = text.Contains('@', StringComparison.Ordinal);
        if (!isEmail && !PathValues.IsId(text)) return [];
        var path = string.Create(CultureInfo.InvariantCulture,
            $"/customers?limit={CustomersMax}&{(isEmail ? "search" : "user_id")}={Uri.EscapeDataString(text)}");
        return (await clients.CreateClient(Customers.Service).FindAsync<CustomerPage>(path, cancellationToken))?.Customers ?? [];
    }

    /// <summary>The user's credit; null if there is no such account.</summary>
    public Task<long?> FindCreditAsync(string user, CancellationToken cancellationToken) => PathValues.IsId(user)
        ? accounts.FindCreditAsync(user, cancellationToken) : Task.FromResult<long?>(null);

    /// <summary>Adds to the user's credit, once per key.</summary>
    /// <returns>Null if it was added.</returns>
    public async Task<Refusal?> AddFundsAsync(string user, long amount, Guid key)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/add_funds/{user}/{amount}");
        return (await clients.CreateClient(Accounts.Service).PostAsync<Added>(path, $"operator-{key:N}", null, CancellationToken.None)).Refusal;
    }

    private sealed record CustomerPage(FoundCustomer[] Customers);

    private sealed record Added([property: JsonPropertyName("user_id")] string? UserId);
}
