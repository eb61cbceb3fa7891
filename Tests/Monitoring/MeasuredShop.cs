using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tests.Cluster;

namespace Tests.Monitoring;

/// <summary>One more replica of each service of a running shop. They use each other, and send their metrics to a receiver.</summary>
internal sealed class MeasuredShop(OtlpReceiver receiver) : IAsyncDisposable
{
    public const string Instance = "measured";

    private readonly Dictionary<string, ServiceProcess> _services = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<MeasuredShop> StartAsync(RunningCluster cluster, OtlpReceiver receiver)
    {
        var shop = new MeasuredShop(receiver);
        try
        {
            foreach (var service in new[] { "stock-api", "payment-api", "customer-api" }) await shop.StartAsync(cluster, receiver, service, []);
            var participants = shop._services.Select(static one => ($"services__{one.Key}__http__0", one.Value.Http.BaseAddress!.AbsoluteUri)).ToArray();
            await shop.StartAsync(cluster, receiver, "order-api", participants);
            await shop.StartAsync(cluster, receiver, "storefront", []);
            return shop;
        }
        catch
        {
            await shop.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has checkouts end in every way, reconciles, and asks for what Stock.Api cannot answer because it is gone in the end.</summary>
    public async Task UseAsync()
    {
        var user = (await PostAsync("payment-api", "/create_user")).GetProperty("user_id").GetString()!;
        await PostAsync("payment-api", $"/add_funds/{user}/100");
        var item = (await PostAsync("stock-api", "/item/create/10")).GetProperty("item_id").GetString()!;
        await PostAsync("stock-api", $"/add/{item}/5");
        Assert.Equal(HttpStatusCode.OK, await CheckoutAsync(await NewOrderAsync(user, item, 2)));
        Assert.Equal(HttpStatusCode.BadRequest, await CheckoutAsync(await NewOrderAsync(user, item, 50)));
        await GetAsync("order-api", "/internal/reconciliation");
        await GetAsync("customer-api", "/customers?page=1");
        await GetAsync("storefront", "/");
        var (undecided, empty) = (await NewOrderAsync(user, item, 1), (await PostAsync("order-api", $"/create/{user}")).GetProperty("order_id").GetString()!);
        // It is killed, so what it has not sent by then is lost.
        await Eventually.EqualAsync(true, () => Task.FromResult(receiver.Has("shop_stock_reservations_total")));
        if (_services.Remove("stock-api", out var stock)) await stock.DisposeAsync();
        // The cluster's own replica has its own Stock.Api, and may adopt the checkout in time.
        Assert.Contains(await CheckoutAsync(undecided), new[] { HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync($"/addItem/{empty}/{item}/1"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services.Values) await service.DisposeAsync();
    }

    private async Task StartAsync(RunningCluster cluster, OtlpReceiver receiver, string service, (string, string)[] others) =>
        _services[service] = await ServiceProcess.StartAsync(cluster, service, [.. receiver.Settings(service, Instance), .. others]);

    private async Task<string> NewOrderAsync(string user, string item, int quantity)
    {
        var order = (await PostAsync("order-api", $"/create/{user}")).GetProperty("order_id").GetString()!;
        await PostAsync("order-api", $"/addItem/{order}/{item}/{quantity}");
        return order;
    }

    private Task<HttpStatusCode> CheckoutAsync(string order) => StatusAsync($"/checkout/{order}");

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await _services["order-api"].Http.PostAsync(new Uri(path, UriKind.Relative), null, Ct);
        return answer.StatusCode;
    }

    private async Task<JsonElement> PostAsync(string service, string path)
    {
        using var answer = await _services[service].Http.PostAsync(new Uri(path, UriKind.Relative), null, Ct);
        var body = await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Ct);
        return body.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(body);
    }

    private async Task GetAsync(string service, string path)
    {
        using var answer = await _services[service].Http.GetAsync(new Uri(path, UriKind.Relative), Ct);
        answer.EnsureSuccessStatusCode();
    }
}
