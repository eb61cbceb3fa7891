using Polly;
using Storefront.Web.Services;

namespace Storefront.Web.Checkout;

/// <summary>Opens an account if needed, places the order and checks it out. Each step happens once per key, however often it is retried.</summary>
internal sealed class Cashier(Accounts accounts, OrderService orders, Customers customers)
{
    /// <summary>The idempotency key under which Order.Api places the order.</summary>
    public static string OrderKey(string key) => $"{key}-order";

    /// <summary>Makes a purchase.</summary>
    /// <param name="key">Identifies the purchase: 1 to 200 visible ASCII characters.</param>
    /// <param name="user">The payer; null opens an account.</param>
    /// <param name="lines">Items and quantities.</param>
    /// <param name="shipping">The delivery address.</param>
    /// <exception cref="HttpRequestException">A service is not responding and nothing is paid. Retrying under the same key is safe.</exception>
    public async Task<Purchase> BuyAsync(string key, string? user, IReadOnlyList<OrderedItem> lines, Shipping shipping)
    {
        // Not canceled when the client disconnects: a purchase that has started is completed.
        var payer = user ?? await accounts.OpenAsync(key, CancellationToken.None);
        var registered = user is null ? customers.RegisterAsync(payer, shipping) : Task.CompletedTask;
        var (order, refusal) = await orders.PlaceAsync(OrderKey(key), payer, lines, shipping, CancellationToken.None);
        var purchase = order is null ? new(payer, null, refusal, false) : await CheckoutAsync(payer, order);
        await registered;
        return purchase;
    }

    /// <summary>Completes the purchase of one product under a key; null if there was none for that quantity.</summary>
    /// <exception cref="HttpRequestException">A service is not responding. Retrying is safe.</exception>
    public async Task<Purchase?> ResumeAsync(string key, long quantity) =>
        await orders.FindAsync(OrderService.IdOf(OrderKey(key)), CancellationToken.None) is { Lines: [var line] } order && line.Quantity == quantity
            ? await CheckoutAsync(order.UserId, order.OrderId) : null;

    private async Task<Purchase> CheckoutAsync(string payer, string order)
    {
        try
        {
            return new(payer, order, await orders.CheckoutAsync(order, CancellationToken.None), false);
        }
        catch (Exception e) when (e is HttpRequestException or ExecutionRejectedException or OperationCanceledException)
        {
            return new(payer, order, null, true); // the order's page shows the outcome
        }
    }
}
