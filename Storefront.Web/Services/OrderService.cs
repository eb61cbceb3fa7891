using System.Text.Json.Serialization;
using ServiceDefaults;
using ServiceKit.Idempotency;

namespace Storefront.Web.Services;

/// <summary>Client of Order.Api.</summary>
internal sealed class OrderService(IHttpClientFactory clients)
{
    /// <summary>Name of the service and its HTTP client.</summary>
    public const string Service = "order-api";

    private HttpClient Http => clients.CreateClient(Service);

    /// <summary>The id of the order placed under this key, whether or not it exists.</summary>
    public static string IdOf(string key) => IdempotencyKey.Parse(key)!.Id.ToString();

    /// <summary>Creates the order, once per key.</summary>
    public async Task<(string? OrderId, Refusal? Refusal)> PlaceAsync(
        string key, string user, IReadOnlyList<OrderedItem> lines, Shipping shipping, CancellationToken cancellationToken)
    {
        var (placed, refusal) = await Http.PostAsync<Placed>("/internal/orders", key, new PlaceRequest(user, lines, shipping), cancellationToken);
        return (placed?.OrderId, refusal);
    }

    /// <summary>Checks the order out. Can be repeated at any time.</summary>
    /// <returns>Null if the order is paid.</returns>
    /// <exception cref="HttpRequestException">The outcome is not known yet.</exception>
    public async Task<Refusal?> CheckoutAsync(string order, CancellationToken cancellationToken) =>
        (await Http.PostAsync<CheckedOut>($"/checkout/{order}", null, null, cancellationToken)).Refusal;

    /// <summary>The order; null if it does not exist.</summary>
    public async Task<Order?> FindAsync(string? order, CancellationToken cancellationToken) =>
        PathValues.IsId(order) ? await Http.FindAsync<Order>($"/internal/orders/{order}", cancellationToken) : null;

    /// <summary>The user's latest orders, newest first.</summary>
    public async Task<Order[]> LatestAsync(string user, CancellationToken cancellationToken) =>
        (await Http.FindAsync<Orders>($"/internal/users/{user}/orders", cancellationToken))?.List ?? [];

    /// <summary>The three items with the most pieces sold to a state, with these numbers.</summary>
    public async Task<OrderedItem[]> PopularAsync(string state, CancellationToken cancellationToken) =>
        (await Http.FindAsync<Popular>($"/internal/popular/{state}", cancellationToken))?.Items ?? [];

    private sealed record PlaceRequest([property: JsonPropertyName("user_id")] string UserId, IReadOnlyList<OrderedItem> Lines, Shipping Shipping);

    private sealed record Placed([property: JsonPropertyName("order_id")] string OrderId);

    private sealed record CheckedOut(bool Paid);

    private sealed record Orders([property: JsonPropertyName("orders")] Order[] List);

    private sealed record Popular(OrderedItem[] Items);
}
