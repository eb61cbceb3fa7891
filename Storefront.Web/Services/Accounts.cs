using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;

namespace Storefront.Web.Services;

/// <summary>Users and their credit, in Payment.Api.</summary>
internal sealed class Accounts(IHttpClientFactory clients, IOptions<ShopOptions> options)
{
    /// <summary>Name of the service and its HTTP client.</summary>
    public const string Service = "payment-api";

    /// <summary>Credit for new customers, and for each top-up; 0 disables both.</summary>
    public long WelcomeCredit => options.Value.WelcomeCredit;

    private HttpClient Http => clients.CreateClient(Service);

    /// <summary>Opens an account with the welcome credit, once per key.</summary>
    /// <returns>The id of the new user.</returns>
    public async Task<string> OpenAsync(string key, CancellationToken cancellationToken)
    {
        var (created, refusal) = await Http.PostAsync<Created>("/create_user", $"{key}-user", null, cancellationToken);
        if (created is null) throw new HttpRequestException($"Payment.Api did not open an account: {refusal?.Name}.");
        await TopUpAsync(key, created.UserId, cancellationToken);
        return created.UserId;
    }

    /// <summary>Adds the welcome credit to the user's credit, once per key; does nothing if it is 0.</summary>
    public async Task TopUpAsync(string key, string user, CancellationToken cancellationToken)
    {
        if (WelcomeCredit == 0) return;
        var path = string.Create(CultureInfo.InvariantCulture, $"/add_funds/{user}/{WelcomeCredit}");
        await Http.PostAsync<Moved>(path, $"{key}-credit", null, cancellationToken);
    }

    /// <summary>The user's credit; null if the user does not exist.</summary>
    public async Task<long?> FindCreditAsync(string user, CancellationToken cancellationToken) =>
        (await Http.FindAsync<User>($"/find_user/{user}", cancellationToken))?.Credit;

    private sealed record Created([property: JsonPropertyName("user_id")] string UserId);

    private sealed record Moved(bool Done);

    private sealed record User(long Credit);
}
