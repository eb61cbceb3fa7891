using System.Net;
using Tests.Cluster;

namespace Tests.Hosts;

/// <summary>
/// Clients of two gateways that take pieces of one item and credit of one user, one by one. Unlike a checkout, each request changes one store only, so that
/// one store that acknowledges too early is found even if the other ones do not.
/// </summary>
internal sealed class OneByOne : IDisposable
{
    private const int ClientsPerGateway = 4;
    private const long Plenty = 1_000_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly ShopClient[] _shops;
    private readonly string _item, _user;
    private readonly long[] _acknowledged = new long[2], _unknown = new long[2];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _clients;

    private OneByOne(ShopClient[] shops, string item, string user)
    {
        (_shops, _item, _user) = (shops, item, user);
        _clients = Task.WhenAll(Enumerable.Range(0, ClientsPerGateway).SelectMany(_ => shops).SelectMany(shop => new[]
        {
            TakeAsync(shop, $"/stock/subtract/{item}/1", 0), TakeAsync(shop, $"/payment/pay/{user}/1", 1),
        }));
    }

    /// <summary>Starts the clients.</summary>
    /// <param name="shops">The shop through each gateway; the first one is asked for the books.</param>
    public static async Task<OneByOne> StartAsync(params ShopClient[] shops)
        => new(shops, await shops[0].NewItemAsync(1, Plenty), await shops[0].NewUserAsync(Plenty));

    /// <summary>Lets the clients complete their requests.</summary>
    public async Task<string> StopAsync()
    {
        await _stop.CancelAsync();
        await _clients;
        return $"one by one: stock {_acknowledged[0]} acknowledged, {_unknown[0]} unknown; credit {_acknowledged[1]} acknowledged, {_unknown[1]} unknown";
    }

    /// <summary>What was acknowledged is taken, and nothing else except for requests without an outcome.</summary>
    public async Task AssertBalancedAsync()
    {
        AssertTaken("pieces", 0, (await _shops[0].StockAsync(_item)).Stock);
        AssertTaken("credit", 1, await _shops[0].CreditAsync(_user));
    }

    public void Dispose()
    {
        _stop.Dispose();
        foreach (var shop in _shops) shop.Dispose();
    }

    private void AssertTaken(string what, int kind, long left)
        => Assert.True(Plenty - left >= _acknowledged[kind] && Plenty - left <= _acknowledged[kind] + _unknown[kind],
            $"{Plenty - left} {what} are taken; {_acknowledged[kind]} were acknowledged, and {_unknown[kind]} requests have no outcome.");

    private async Task TakeAsync(ShopClient shop, string path, int kind)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var status = (await shop.SendAsync("POST", path)).Status;
                Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{path} was answered {(int)status}.");
                Interlocked.Increment(ref (status == HttpStatusCode.OK ? _acknowledged : _unknown)[kind]);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested)
            {
                Interlocked.Increment(ref _unknown[kind]);
            }
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }
}
