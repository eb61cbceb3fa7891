using System.Text.Json.Serialization;
using Polly;

namespace Storefront.Web.Services;

/// <summary>Registers customers with Customer.Api. The shop sells without it: a failed registration is only logged.</summary>
internal sealed partial class Customers(IHttpClientFactory clients, ILogger<Customers> logger)
{
    /// <summary>Name of the service and its HTTP client.</summary>
    public const string Service = "customer-api";

    // Longer would delay the purchase.
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(2);

    /// <summary>Registers a user with the name and address of their first order; does not throw.</summary>
    public async Task RegisterAsync(string user, Shipping shipping)
    {
        using var limit = new CancellationTokenSource(TimeMax);
        try
        {
            // Customer.Api requires a unique email address, which the shop does not ask for. Mail to this reserved domain goes nowhere (RFC 2606).
            var customer = new Customer(
                user, shipping.Name, $"{user}@customers.invalid", "US", user, new(shipping.Street, shipping.City, shipping.State, shipping.Zip));
            var (_, refusal) = await clients.CreateClient(Service).PostAsync<Registered>("/customers", $"{user}-customer", customer, limit.Token);
            if (refusal is { } reason) LogNotRegistered(user, reason.Name);
        }
        catch (Exception e) when (e is HttpRequestException or ExecutionRejectedException or OperationCanceledException)
        {
            LogNotRegistered(user, e.Message);
        }
    }

    [LoggerMessage(501, LogLevel.Warning, "Customer {User} is not registered: {Reason}")]
    private partial void LogNotRegistered(string user, string reason);

    private sealed record Customer(
        [property: JsonPropertyName("customer_id")] string CustomerId,
        string Name,
        string Email,
        string Country,
        [property: JsonPropertyName("user_id")] string UserId,
        Address Address);

    private sealed record Address(string Street, string? City, string State, [property: JsonPropertyName("postal_code")] string PostalCode);

    private sealed record Registered([property: JsonPropertyName("customer_id")] string CustomerId);
}
