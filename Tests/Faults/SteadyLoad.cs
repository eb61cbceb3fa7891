using System.Net;
using Tests.Cluster;

namespace Tests.Faults;

/// <summary>All that clients have heard of an order.</summary>
[Flags]
public enum Heard
{
    Nothing = 0,

    /// <summary>2xx.</summary>
    Paid = 1,

    /// <summary>4xx.</summary>
    Refused = 2,

    /// <summary>5xx, or no answer.</summary>
    Unknown = 4,
}

/// <summary>
/// Clients that check out orders through the gateway, each one after the other, and behave as people do: some ask again after a 503, some give up, some press
/// the button twice, some come back later to what they have paid.
/// </summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private const int Clients = 32, PauseMsMax = 80, TriesMax = 6;

    // One in so many.
    private const int AskTwice = 20, AskLater = 20, GiveUp = 2;

    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(1), DecidedLimit = TimeSpan.FromSeconds(20);

    private readonly ShopClient _shop;
    private readonly int[] _orders;
    private readonly int[] _heard;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _clients;
    private int _next = -1;
    private int _decided;
    private int _noAnswers;
    private Exception? _failure;

    /// <summary>Starts; which order comes when, and what each client does, follows from the seed.</summary>
    public SteadyLoad(ShopClient shop, int orders, int seed)
    {
        (_shop, _orders, _heard) = (shop, [.. Enumerable.Range(0, orders)], new int[orders]);
        new Random(seed).Shuffle(_orders);
        _clients = Task.WhenAll(Enumerable.Range(1, Clients).Select(client => RunAsync(new Random(seed + client))));
    }

    /// <summary>What was heard of each order, by its number.</summary>
    public IReadOnlyList<Heard> Orders => [.. _heard.Select(heard => (Heard)heard)];

    /// <summary>Requests whose connection broke or was refused.</summary>
    public int NoAnswers => _noAnswers;

    /// <summary>Waits until so many more checkouts have had an outcome.</summary>
    public async Task DecidedAsync(int more)
    {
        var target = Volatile.Read(ref _decided) + more;
        var decided = await Eventually.UntilAsync(
            () => Task.FromResult(Volatile.Read(ref _decided)), decided => decided >= target || _failure is not null, DecidedLimit);
        Assert.True(_failure is null, _failure?.Message);
        Assert.True(decided >= target, $"Of {more} checkouts, {target - decided} have no outcome after {DecidedLimit}.");
    }

    /// <summary>Lets the clients end what they have asked.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _clients;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _clients.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(Random random)
    {
        try
        {
            await AskAllAsync(random);
        }
        catch (Exception e)
        {
            _failure = e; // seen at once by who waits for outcomes
            throw;
        }
    }

    private async Task AskAllAsync(Random random)
    {
        while (!_stop.IsCancellationRequested)
        {
            var order = _orders[Interlocked.Increment(ref _next) % _orders.Length];
            var (heard, pause) = random.Next(AskTwice) == 0 ? (await Task.WhenAll(AskAsync(order), AskAsync(order)))[1] : await AskAsync(order);
            for (var tries = 1; heard == Heard.Unknown && tries < TriesMax && random.Next(GiveUp) > 0 && await PauseAsync(pause); tries++)
                (heard, pause) = await AskAsync(order);
            if (random.Next(AskLater) == 0) await AskAsync(order);
            await PauseAsync(TimeSpan.FromMilliseconds(random.Next(PauseMsMax)));
        }
    }

    private async Task<(Heard, TimeSpan RetryAfter)> AskAsync(int order)
    {
        var (heard, pause) = (Heard.Unknown, RetryAfterMax);
        try
        {
            var answer = await _shop.CheckoutAsync($"{order}");
            heard = answer.Status switch
            {
                HttpStatusCode.OK => Heard.Paid,
                HttpStatusCode.BadRequest when answer.Problem is "out-of-stock" or "insufficient-credit" or "checkout-expired" => Heard.Refused,
                HttpStatusCode.ServiceUnavailable when answer is { Problem: "unavailable", RetryAfter: not null } => Heard.Unknown,
                _ => throw new InvalidOperationException($"A checkout was answered {(int)answer.Status} {answer.Body}"),
            };
            pause = answer.RetryAfter < RetryAfterMax ? answer.RetryAfter.Value : RetryAfterMax;
        }
        catch (HttpRequestException)
        {
            Interlocked.Increment(ref _noAnswers);
        }
        Interlocked.Or(ref _heard[order], (int)heard);
        if (heard != Heard.Unknown) Interlocked.Increment(ref _decided);
        return (heard, pause);
    }

    /// <summary>False: the load is over.</summary>
    private async Task<bool> PauseAsync(TimeSpan pause)
    {
        await Task.Delay(pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !_stop.IsCancellationRequested;
    }
}
