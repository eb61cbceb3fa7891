using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using LoadTest.Histories;
using Tests.Cluster;
using Tests.Repository;

namespace Tests.Faults;

/// <summary>
/// Clients that check out orders through the gateway, one at a time each. Like people, some retry after a 503, some give up, some double-click, and
/// some come back later to an order they have paid. All requests and responses are recorded as a history.
/// </summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private const int Clients = 32, PauseMsMax = 80, TriesMax = 6, PatienceMsMax = 30;

    // One in this many.
    private const int AskTwice = 20, AskLater = 20, GiveUp = 2;

    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(1), DecidedLimit = TimeSpan.FromSeconds(20);

    private readonly ShopClient[] _shops;
    private readonly int[] _orders;
    private readonly ConcurrentQueue<HistoryLine> _history = [];
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _clients;
    private int _next = -1;
    private int _decided;
    private Exception? _failure;

    /// <summary>Starts the load.</summary>
    /// <param name="shop">The shop's gateway.</param>
    /// <param name="orders">Number of existing orders, numbered from 0.</param>
    /// <param name="fault">Fault to be injected during the load.</param>
    /// <param name="seed">Determines the sequence of the orders and the behaviour of each client. Random by default.</param>
    /// <param name="other">Another gateway, which every second client uses, and every second click; null for none.</param>
    public SteadyLoad(ShopClient shop, int orders, string fault, int? seed = null, ShopClient? other = null)
    {
        Seed = seed ?? Random.Shared.Next();
        (_shops, _orders) = (other is null ? [shop] : [shop, other], [.. Enumerable.Range(0, orders)]);
        _history.Enqueue(new HistoryRun(fault, Seed, DateTimeOffset.UtcNow));
        new Random(Seed).Shuffle(_orders);
        _clients = Task.WhenAll(Enumerable.Range(1, Clients).Select(client => RunAsync(client, new Random(Seed + client))));
    }

    public int Seed { get; }

    private double NowMs => Stopwatch.GetElapsedTime(_startedAt).TotalMilliseconds;

    /// <summary>Records an event of the shop.</summary>
    public void Mark(MarkedEvent happened) => _history.Enqueue(new HistoryMark(happened, NowMs));

    /// <summary>Adds clients for a time that neither pause nor repeat a request.</summary>
    public Task SurgeAsync(int clients, TimeSpan time)
    {
        var end = NowMs + time.TotalMilliseconds;
        return Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            while (NowMs < end && !_stop.IsCancellationRequested) await AskAsync(NextOrder());
        }));
    }

    /// <summary>Adds clients for a time that disconnect before the response.</summary>
    public Task VanishAsync(int clients, TimeSpan time)
    {
        var end = NowMs + time.TotalMilliseconds;
        return Task.WhenAll(Enumerable.Range(1, clients).Select(async client =>
        {
            var random = new Random(Seed - client);
            while (NowMs < end && !_stop.IsCancellationRequested) await AskInHasteAsync(NextOrder(), TimeSpan.FromMilliseconds(random.Next(PatienceMsMax)));
        }));
    }

    /// <summary>
    /// Checks the responses against the books. If FAULTS_HISTORY is set, the history is saved in that folder, relative to the root of the sources.
    /// </summary>
    public HistoryVerdict Judge(HistoryBooks books)
    {
        HistoryLine[] lines = [.. _history, books];
        if (Environment.GetEnvironmentVariable("FAULTS_HISTORY") is { Length: > 0 } folder) HistoryFile.Save(Path.Combine(SourceTree.Root, folder), lines);
        var verdict = HistoryChecker.Check(lines);
        Assert.True(verdict.Violations.Count == 0, $"seed {Seed}\n{string.Join('\n', verdict.Violations)}");
        return verdict;
    }

    /// <summary>Waits for the given number of additional checkouts with an outcome, 20 s by default.</summary>
    public async Task DecidedAsync(int more, TimeSpan? timeMax = null)
    {
        var limit = timeMax ?? DecidedLimit;
        var target = Volatile.Read(ref _decided) + more;
        var decided = await Eventually.UntilAsync(
            () => Task.FromResult(Volatile.Read(ref _decided)), decided => decided >= target || _failure is not null, limit);
        Assert.True(_failure is null, _failure?.Message);
        Assert.True(decided >= target, $"Of {more} checkouts, {target - decided} have no outcome after {limit}.");
    }

    /// <summary>Measures the checkouts with an outcome per second, from now on.</summary>
    public async Task<double> RateAsync(TimeSpan time)
    {
        var (before, from) = (Volatile.Read(ref _decided), NowMs);
        await Task.Delay(time, TestContext.Current.CancellationToken);
        return (Volatile.Read(ref _decided) - before) * 1000 / (NowMs - from);
    }

    /// <summary>Lets the clients complete their requests.</summary>
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

    private async Task RunAsync(int client, Random random)
    {
        try
        {
            await AskAllAsync(client, random);
        }
        catch (Exception e)
        {
            _failure = e; // noticed immediately by code that waits for outcomes
            throw;
        }
    }

    private async Task AskAllAsync(int client, Random random)
    {
        while (!_stop.IsCancellationRequested)
        {
            var order = NextOrder();
            var (heard, pause) = random.Next(AskTwice) == 0 ? (await Task.WhenAll(AskAsync(order, client), AskAsync(order, client + 1)))[1]
                : await AskAsync(order, client);
            for (var tries = 1; heard == Outcome.Unknown && tries < TriesMax && random.Next(GiveUp) > 0 && await PauseAsync(pause); tries++)
                (heard, pause) = await AskAsync(order, client + tries);
            if (random.Next(AskLater) == 0) await AskAsync(order, client);
            await PauseAsync(TimeSpan.FromMilliseconds(random.Next(PauseMsMax)));
        }
    }

    private int NextOrder() => _orders[(int)((uint)Interlocked.Increment(ref _next) % (uint)_orders.Length)];

    private async Task<(Outcome, TimeSpan RetryAfter)> AskAsync(int order, int client = 0)
    {
        var (heard, pause, from) = (Outcome.Unknown, RetryAfterMax, NowMs);
        try
        {
            var answer = await _shops[client % _shops.Length].CheckoutAsync($"{order}");
            heard = answer.Status switch
            {
                HttpStatusCode.OK => Outcome.Ok,
                HttpStatusCode.BadRequest when answer.Problem is "out-of-stock" or "insufficient-credit" or "checkout-expired" => Outcome.Fail,
                HttpStatusCode.ServiceUnavailable when answer is { Problem: "unavailable", RetryAfter: not null } => Outcome.Unknown,
                _ => throw new InvalidOperationException($"A checkout was answered {(int)answer.Status} {answer.Body}"),
            };
            pause = answer.RetryAfter < RetryAfterMax ? answer.RetryAfter.Value : RetryAfterMax;
        }
        catch (HttpRequestException)
        {
            // No response.
        }
        _history.Enqueue(new HistoryRequest($"{order}", from, NowMs, heard));
        if (heard != Outcome.Unknown) Interlocked.Increment(ref _decided);
        return (heard, pause);
    }

    private async Task AskInHasteAsync(int order, TimeSpan patience)
    {
        var (heard, from) = (Outcome.Unknown, NowMs);
        try
        {
            if (await _shops[0].CheckoutWithinAsync($"{order}", patience) == HttpStatusCode.OK) heard = Outcome.Ok;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // The client has disconnected.
        }
        _history.Enqueue(new HistoryRequest($"{order}", from, NowMs, heard));
    }

    /// <summary>Returns false when the load is over.</summary>
    private async Task<bool> PauseAsync(TimeSpan pause)
    {
        await Task.Delay(pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !_stop.IsCancellationRequested;
    }
}
