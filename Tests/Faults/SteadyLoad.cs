using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using LoadTest.Histories;
using Tests.Cluster;
using Tests.Repository;

namespace Tests.Faults;

/// <summary>
/// Clients that check out orders through the gateway, each one after the other, and behave as people do: some ask again after a 503, some give up, some press
/// the button twice, some come back later to what they have paid. All they ask and hear is kept, as a history.
/// </summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private const int Clients = 32, PauseMsMax = 80, TriesMax = 6, PatienceMsMax = 30;

    // One in so many.
    private const int AskTwice = 20, AskLater = 20, GiveUp = 2;

    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(1), DecidedLimit = TimeSpan.FromSeconds(20);

    private readonly ShopClient _shop;
    private readonly int[] _orders;
    private readonly ConcurrentQueue<HistoryLine> _history = [];
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _clients;
    private int _next = -1;
    private int _decided;
    private Exception? _failure;

    /// <summary>Starts.</summary>
    /// <param name="shop">The shop.</param>
    /// <param name="orders">Orders that there are, numbered from 0.</param>
    /// <param name="fault">What will be broken under it.</param>
    /// <param name="seed">Which order comes when, and what each client does, follows from it; else it is drawn.</param>
    public SteadyLoad(ShopClient shop, int orders, string fault, int? seed = null)
    {
        Seed = seed ?? Random.Shared.Next();
        (_shop, _orders) = (shop, [.. Enumerable.Range(0, orders)]);
        _history.Enqueue(new HistoryRun(fault, Seed, DateTimeOffset.UtcNow));
        new Random(Seed).Shuffle(_orders);
        _clients = Task.WhenAll(Enumerable.Range(1, Clients).Select(client => RunAsync(new Random(Seed + client))));
    }

    public int Seed { get; }

    private double NowMs => Stopwatch.GetElapsedTime(_startedAt).TotalMilliseconds;

    /// <summary>Notes what happens to the shop.</summary>
    public void Mark(MarkedEvent happened) => _history.Enqueue(new HistoryMark(happened, NowMs));

    /// <summary>More clients, who neither pause nor ask twice, for a time.</summary>
    public Task SurgeAsync(int clients, TimeSpan time)
    {
        var end = NowMs + time.TotalMilliseconds;
        return Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            while (NowMs < end && !_stop.IsCancellationRequested) await AskAsync(NextOrder());
        }));
    }

    /// <summary>More clients, who are gone before they have heard anything, for a time.</summary>
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
    /// Judges what was heard by what the books say. The history is kept in the folder that FAULTS_HISTORY names, from the root of the sources, if it names one.
    /// </summary>
    public HistoryVerdict Judge(HistoryBooks books)
    {
        HistoryLine[] lines = [.. _history, books];
        if (Environment.GetEnvironmentVariable("FAULTS_HISTORY") is { Length: > 0 } folder) HistoryFile.Save(Path.Combine(SourceTree.Root, folder), lines);
        var verdict = HistoryChecker.Check(lines);
        Assert.True(verdict.Violations.Count == 0, $"seed {Seed}\n{string.Join('\n', verdict.Violations)}");
        return verdict;
    }

    /// <summary>Waits until so many more checkouts have had an outcome.</summary>
    public async Task DecidedAsync(int more)
    {
        var target = Volatile.Read(ref _decided) + more;
        var decided = await Eventually.UntilAsync(
            () => Task.FromResult(Volatile.Read(ref _decided)), decided => decided >= target || _failure is not null, DecidedLimit);
        Assert.True(_failure is null, _failure?.Message);
        Assert.True(decided >= target, $"Of {more} checkouts, {target - decided} have no outcome after {DecidedLimit}.");
    }

    /// <summary>Checkouts with an outcome, per second, measured from now on.</summary>
    public async Task<double> RateAsync(TimeSpan time)
    {
        var (before, from) = (Volatile.Read(ref _decided), NowMs);
        await Task.Delay(time, TestContext.Current.CancellationToken);
        return (Volatile.Read(ref _decided) - before) * 1000 / (NowMs - from);
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
            var order = NextOrder();
            var (heard, pause) = random.Next(AskTwice) == 0 ? (await Task.WhenAll(AskAsync(order), AskAsync(order)))[1] : await AskAsync(order);
            for (var tries = 1; heard == Outcome.Unknown && tries < TriesMax && random.Next(GiveUp) > 0 && await PauseAsync(pause); tries++)
                (heard, pause) = await AskAsync(order);
            if (random.Next(AskLater) == 0) await AskAsync(order);
            await PauseAsync(TimeSpan.FromMilliseconds(random.Next(PauseMsMax)));
        }
    }

    private int NextOrder() => _orders[(int)((uint)Interlocked.Increment(ref _next) % (uint)_orders.Length)];

    private async Task<(Outcome, TimeSpan RetryAfter)> AskAsync(int order)
    {
        var (heard, pause, from) = (Outcome.Unknown, RetryAfterMax, NowMs);
        try
        {
            var answer = await _shop.CheckoutAsync($"{order}");
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
            // No answer.
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
            if (await _shop.CheckoutWithinAsync($"{order}", patience) == HttpStatusCode.OK) heard = Outcome.Ok;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            // Not heard any more.
        }
        _history.Enqueue(new HistoryRequest($"{order}", from, NowMs, heard));
    }

    /// <summary>False: the load is over.</summary>
    private async Task<bool> PauseAsync(TimeSpan pause)
    {
        await Task.Delay(pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !_stop.IsCancellationRequested;
    }
}
