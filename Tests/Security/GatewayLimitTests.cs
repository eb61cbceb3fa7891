using System.Diagnostics;
using Aspire.Hosting.Testing;
using Tests.Cluster;

namespace Tests.Security;

/// <summary>Slow, oversized and excessive clients are rejected, with a reason where possible. Other clients are not affected.</summary>
[Collection(Guarded.Name), Trait("Category", "Long")]
public sealed class GatewayLimitTests(GuardedCluster cluster)
{
    private const int LimitMs = 120_000;

    /// <summary>A different address than the one used for the AppHost's health checks of the gateway.</summary>
    private const string Greedy = "127.0.1.20";

    /// <summary>The gateway's timeouts are 10 s, plus a margin for slow machines.</summary>
    private static readonly TimeSpan SlowMin = TimeSpan.FromSeconds(9), SlowMax = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);

    private Uri Gateway => cluster.Cluster.App.GetEndpoint("gateway");

    [Fact(Timeout = LimitMs)]
    public async Task A_slow_header_or_body_ends_the_connection()
    {
        var time = await Task.WhenAll(
            HeldAsync("GET /health_check HTTP/1.1\r\nHost: sh"),
            HeldAsync("POST /customers HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"),
            DripAsync());
        Assert.All(time, t => Assert.InRange(t, SlowMin, SlowMax));
        Assert.Equal(200, (await AskAsync("GET /health_check")).Status);
    }

    [Fact(Timeout = LimitMs)]
    public async Task Oversized_requests_get_a_clear_error()
    {
        (await AskAsync("GET /health_check", $"X-Large: {new string('a', 20_000)}\r\n")).AssertProblem(431, "invalid-request");
        (await AskAsync("GET /health_check", string.Concat(Enumerable.Range(0, 6).Select(i => $"X-Large-{i}: {new string('a', 15_000)}\r\n"))))
            .AssertProblem(431, "invalid-request");
        (await AskAsync($"GET /{new string('a', 20_000)}")).AssertProblem(414, "invalid-request");
        (await AskAsync("POST /stock/item/create/1", "Content-Length: 2000000\r\n")).AssertProblem(413, "invalid-request");
        (await AskAsync("POST /customers/batch", "Content-Length: 20000000\r\n")).AssertProblem(413, "invalid-request");
        (await AskAsync("POST /customers", "Transfer-Encoding: gzip\r\n")).AssertProblem(400, "invalid-request");
        (await AskAsync("GET /%")).AssertProblem(400, "invalid-request");
        (await AskAsync("TRACE /health_check")).AssertProblem(405, "method-not-allowed");
    }

    [Fact(Timeout = LimitMs)]
    public async Task Concurrent_requests_per_address_are_limited()
    {
        var held = new List<RawConnection>();
        try
        {
            for (var i = 0; i < GuardedCluster.Connections - 1; i++) await HoldAsync();
            Assert.Equal(404, (await AskAsync("GET /stock/find/x", from: Greedy)).Status);
            // A held request that nginx reads late is refused in place of the one that is asked meanwhile, so each attempt holds one more.
            var refused = await Eventually.UntilAsync(async () =>
            {
                await HoldAsync();
                return await AskAsync("GET /stock/find/x", from: Greedy);
            }, answer => answer.Status == 429);
            refused.AssertProblem(429, "too-many-requests", withRetryAfter: true);
            (await AskAsync("POST /orders/checkout/x", from: Greedy)).AssertProblem(429, "too-many-requests", withRetryAfter: true);
            Assert.Equal(404, (await AskAsync("GET /stock/find/x", from: "127.0.0.3")).Status);
        }
        finally
        {
            held.ForEach(connection => connection.Dispose());
        }

        await Eventually.EqualAsync(404, async () => (await AskAsync("GET /stock/find/x", from: Greedy)).Status);

        async Task HoldAsync()
        {
            held.Add(await RawConnection.OpenAsync(Gateway, Greedy));
            await held[^1].SendAsync("POST /customers HTTP/1.1\r\nHost: shop\r\nContent-Length: 100\r\n\r\n{");
        }
    }

    [Theory(Timeout = LimitMs)]
    [InlineData("127.0.1.1", "GET /health_check", 3 * GuardedCluster.PagesPerSecond, 200)]
    [InlineData("127.0.1.2", "POST /stock/batch_init/0/0/0", 5 * GuardedCluster.CostlyPerSecond, 400)]
    [InlineData("127.0.1.3", "POST /stock//%62ATCH_init/0/0/0", 5 * GuardedCluster.CostlyPerSecond, 400)]
    [InlineData("127.0.1.4", "POST /payment/./batch_init/0/0", 5 * GuardedCluster.CostlyPerSecond, 400)]
    [InlineData("127.0.1.5", "POST /orders/batch_init/0/0/0/0", 5 * GuardedCluster.CostlyPerSecond, 400)]
    [InlineData("127.0.1.6", "POST /customers/BATCH", 5 * GuardedCluster.CostlyPerSecond, 400, 411, 415)]
    [InlineData("127.0.1.7", "GET /customers/x/../analytics/nothing", 5 * GuardedCluster.CostlyPerSecond, 404)]
    [InlineData("127.0.1.8", "GET /stress/nothing", 5 * GuardedCluster.CostlyPerSecond, 404)]
    public async Task Pages_and_costly_paths_are_rate_limited_in_any_spelling(string address, string line, int burst, params int[] otherwise)
    {
        var answers = new List<RawAnswer>();
        // The burst, plus twice the number of requests that the rate admits meanwhile on a busy machine.
        var time = Stopwatch.StartNew();
        while (answers.Count < 4 * burst || answers[^1].Status != 429)
        {
            answers.Add(await AskAsync(line, from: address));
            Assert.True(time.Elapsed < TimeSpan.FromSeconds(30), "The rate is not limited.");
        }

        Assert.All(answers.Take(burst - (burst / 4)), answer => Assert.Contains(answer.Status, otherwise));
        answers[^1].AssertProblem(429, "too-many-requests", withRetryAfter: true);
        Assert.Contains((await AskAsync(line, from: "127.0.2.1")).Status, otherwise);
        Assert.Contains((await Eventually.UntilAsync(() => AskAsync(line, from: address), answer => answer.Status != 429)).Status, otherwise);
    }

    [Fact(Timeout = LimitMs)]
    public async Task Other_paths_are_not_rate_limited()
    {
        foreach (var line in (string[])["POST /orders/checkout/x", "GET /stock/find/x", "GET /payment/find_user/x", "GET /customers/x", "GET /orders/find/x"])
            for (var i = 0; i < 40; i++) Assert.Equal(404, (await AskAsync(line, from: "127.0.1.9")).Status);
    }

    private Task<RawAnswer> AskAsync(string line, string headers = "", string from = "127.0.0.1")
        => RawConnection.AskAsync(Gateway, $"{line} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n{headers}\r\n", from, Quiet);

    /// <summary>Measures how long the gateway waits for the rest of a request. It must not answer the incomplete request.</summary>
    private async Task<TimeSpan> HeldAsync(string part)
    {
        using var connection = await RawConnection.OpenAsync(Gateway, "127.0.3.1");
        var time = Stopwatch.StartNew();
        await connection.SendAsync(part);
        Assert.Equal("", await connection.ReadAsync(Quiet));
        return time.Elapsed;
    }

    /// <summary>Measures how long the gateway waits for a header that arrives with a byte every half second.</summary>
    private async Task<TimeSpan> DripAsync()
    {
        using var connection = await RawConnection.OpenAsync(Gateway, "127.0.3.2");
        var time = Stopwatch.StartNew();
        await connection.SendAsync("GET /health_check HTTP/1.1\r\nX-Slow: ");
        using var stop = new CancellationTokenSource();
        var drip = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await connection.SendAsync("a");
                await Task.Delay(500, CancellationToken.None);
            }
        }, CancellationToken.None);
        Assert.Equal("", await connection.ReadAsync(Quiet));
        var elapsed = time.Elapsed;
        await stop.CancelAsync();
        await drip;
        return elapsed;
    }
}
