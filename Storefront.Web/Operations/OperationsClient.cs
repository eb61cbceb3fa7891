using System.Text.Json;
using ServiceDefaults;
using Storefront.Web.Services;

namespace Storefront.Web.Operations;

/// <summary>Reads every replica's figures, and restocks or resets the shop.</summary>
internal sealed class OperationsClient(IHttpClientFactory clients, IConfiguration configuration, Catalog catalog)
{
    /// <summary>Name of the HTTP client.</summary>
    public const string Client = "operations";

    /// <summary>Timeout of commands; a reset waits for checkouts to end.</summary>
    public static readonly TimeSpan CommandTimeMax = TimeSpan.FromMinutes(2);

    // Below the page's refresh interval of two seconds.
    private static readonly TimeSpan ReadTimeMax = TimeSpan.FromSeconds(1.5);

    private static readonly string[] Services = [OrderService.Service, Accounts.Service, Catalog.Service];

    /// <summary>Reads all services at once; does not throw if some are unavailable.</summary>
    public async Task<Overview> ReadAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ReadTimeMax);
        var sagas = TryAsync(() => GetAsync<OpenSagas>($"http://{OrderService.Service}/internal/sagas", limit.Token));
        var products = TryAsync<Product[]>(async () => await catalog.ReadAsync().WaitAsync(limit.Token));
        var replicas = await Task.WhenAll(from service in Services from address in Addresses(service) select AskAsync(service, address));
        return new(
            Services.ToDictionary(static service => service, service =>
                new FigureWindow([.. replicas.Where(replica => replica.Service == service).Select(static replica => replica.Figures).OfType<FigureReport>()])),
            await sagas,
            await products,
            [.. replicas.Where(static replica => replica.Figures is null).Select(static replica => $"{replica.Service} ({replica.Address})")]);

        async Task<(string Service, string Address, FigureReport? Figures)> AskAsync(string service, string address) =>
            (service, address, await TryAsync(() => GetAsync<FigureReport>($"{address}/internal/figures", limit.Token)));
    }

    /// <summary>Puts back the first products that are missing and refills their stock.</summary>
    /// <returns>False if Stock.Api is not responding.</returns>
    public Task<bool> FillAsync() => PostAsync($"http://{Catalog.Service}/internal/catalog/fill");

    /// <summary>Resets the shop.</summary>
    /// <returns>False if checkouts are in progress or a service is not responding.</returns>
    public Task<bool> ResetAsync() => PostAsync($"http://{OrderService.Service}/internal/reset");

    // One address for each replica if service discovery lists them; otherwise one address that reaches any replica.
    private IEnumerable<string> Addresses(string service) => configuration.GetSection($"services:{service}:http").GetChildren()
        .Select(static replica => replica.Value).OfType<string>().DefaultIfEmpty($"http://{service}");

    private async Task<T?> GetAsync<T>(string address, CancellationToken cancellationToken) where T : class =>
        await clients.CreateClient(Client).GetFromJsonAsync<T>(new Uri(address), cancellationToken);

    private async Task<bool> PostAsync(string address)
    {
        using var answer = await TryAsync<HttpResponseMessage>(async () =>
            await clients.CreateClient(Client).PostAsync(new Uri(address), null, CancellationToken.None));
        return answer is { IsSuccessStatusCode: true };
    }

    private static async Task<T?> TryAsync<T>(Func<Task<T?>> readAsync) where T : class
    {
        try
        {
            return await readAsync();
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
        {
            return null;
        }
    }
}
