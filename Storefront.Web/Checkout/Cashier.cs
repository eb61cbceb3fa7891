using Polly;
using Storefront.Web.Services;

namespace Storefront.Web.Checkout;

/// <summary>Sells: opens an account where there is none, places the order, checks it out. All of it once under a key, however often it is tried.</summary>
internal sealed class Cashier(Accounts accounts, OrderService orders, Customers customers)
{
    /// <summary>The key of the order in Order.Api.</summary>
    public static string OrderKey(string key) => $"{key}-order";

    /// <summary>Buys.</summary>
    /// <param name="key">Of this purchase: 1 to 200 visible ASCII characters.</param>
    /// <param name="user">Who pays; null opens an account.</param>
    /// <param name="lines">Items and quantities.</param>
    /// <param name="shipping">Where it goes.</param>
    /// <exception cref="HttpRequestException">A service does not answer; nothing is paid. Trying again under the same key is safe.</exception>
    public async Task<Purchase> BuyAsync(string key, string? user, IReadOnlyList<OrderedItem> lines, Shipping shipping)
    {
        // A client that leaves takes nothing with it: half a purchase is worth less than a whole one.
        var payer = user ?? await accounts.OpenAsync(key, CancellationToken.None);
        var registered = user is null ? customers.RegisterAsync(payer, shipping) : Task.CompletedTask;
        var (order, refusal) = await orders.PlaceAsync(OrderKey(key), payer, lines, shipping, CancellationToken.None);
        var purchase = order is null ? new(payer, null, refusal, false) : await CheckoutAsync(payer, order);
        await registered;
        return purchase;
    }

    private async Task<Purchase> CheckoutAsync(string payer, string order)
    {
        try
        {
            return new(payer, order, await orders.CheckoutAsync(order, CancellationToken.None), false);
        }
        catch (Exception e) when (e is HttpRequestException or ExecutionRejectedException or OperationCanceledException)
        {
            return new(payer, order, null, true); // the order's page shows what comes of it
        }
    }
}
