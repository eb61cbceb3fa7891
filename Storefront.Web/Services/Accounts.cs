using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;

namespace Storefront.Web.Services;

/// <summary>Users and their credit, in Payment.Api.</summary>
internal sealed class Accounts(IHttpClientFactory clients, IOptions<ShopOptions> options)
{
    /// <summary>Name of the HTTP client.</summary>
    public const string Service = "payment-api";

    /// <summary>What new customers are given, and again when they ask.</summary>
    public long WelcomeCredit => options.Value.WelcomeCredit;

    private HttpClient Http => clients.CreateClient(Service);

    /// <summary>Opens an account with the welcome credit, once under a key.</summary>
    /// <returns>The user.</returns>
    public async Task<string> OpenAsync(string key, CancellationToken cancellationToken)
    {
        var (created, refusal) = await Http.PostAsync<Created>("/create_user", $"{key}-user", null, cancellationToken);
        if (created is null) throw new HttpRequestException($"Payment.Api opens no account: {refusal?.Name}.");
        await TopUpAsync(key, created.UserId, cancellationToken);
        return created.UserId;
    }

    /// <summary>Gives the user the welcome credit, once under a key; nothing where there is none to give.</summary>
    public async Task TopUpAsync(string key, string user, CancellationToken cancellationToken)
    {
        if (WelcomeCredit == 0) return;
        var path = string.Create(CultureInfo.InvariantCulture, $"/add_funds/{user}/{WelcomeCredit}");
        await Http.PostAsync<Moved>(path, $"{key}-credit", null, cancellationToken);
    }

    /// <summary>The user's credit; null where there is no such user.</summary>
    public async Task<long?> FindCreditAsync(string user, CancellationToken cancellationToken) =>
        (await Http.FindAsync<User>($"/find_user/{user}", cancellationToken))?.Credit;

    private sealed record Created([property: JsonPropertyName("user_id")] string UserId);

    private sealed record Moved(bool Done);

    private sealed record User(long Credit);
}
