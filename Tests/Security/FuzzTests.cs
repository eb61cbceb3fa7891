using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Aspire.Hosting.Testing;
using MongoDB.Bson;
using MongoDB.Driver;
using Npgsql;
using StackExchange.Redis;
using Tests.Cluster;

namespace Tests.Security;

/// <summary>
/// Sends thousands of invalid requests: none makes the shop fail or reveals internals, and rejected requests change nothing. The seed is random and
/// printed; <c>SHOP_FUZZ_SEED=123 dotnet test --filter FullyQualifiedName~FuzzTests</c> repeats the requests of that run.
/// </summary>
[Collection(WholeShop.Name), Trait("Category", "Long")]
public sealed partial class FuzzTests(ClusterFixture cluster) : IAsyncLifetime
{
    private const int LimitMs = 180_000, Requests = 750, AtOnce = 64, PassesMax = 5, ShownMax = 10;

    private const string OrdersSql = "SELECT count(*) || coalesce(md5(string_agg(o::text, ';' ORDER BY id)), '') FROM orders o";

    private const string PaymentsSql = """
        SELECT count(*) || coalesce(md5(string_agg(a::text, ';' ORDER BY id)), '')
            || (SELECT count(*) || ' ' || coalesce(sum(amount), 0) FROM entries WHERE status = 1)
        FROM accounts a
        """;

    /// <summary>A digest of all items.</summary>
    private const string StockLua = """
        local keys = redis.call('KEYS', 'i:*')
        table.sort(keys)
        local all = {}
        for _, key in ipairs(keys) do all[#all + 1] = key .. table.concat(redis.call('HGETALL', key), ' ') end
        return #keys .. redis.sha1hex(table.concat(all, ';'))
        """;

    /// <summary>A longer run is cut, so that it ends in time on a busy machine.</summary>
    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(30), PartsLimit = TimeSpan.FromSeconds(5), RestLimit = TimeSpan.FromSeconds(30);

    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("SHOP_FUZZ_SEED"), CultureInfo.InvariantCulture, out var seed)
        ? seed : Random.Shared.Next();

    private NpgsqlDataSource _orders = null!, _payments = null!;
    private ConnectionMultiplexer _redis = null!;
    private IMongoCollection<BsonDocument> _customers = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var app = cluster.Cluster.App;
        _orders = NpgsqlDataSource.Create((await app.GetConnectionStringAsync("orders"))!);
        _payments = NpgsqlDataSource.Create((await app.GetConnectionStringAsync("payments"))!);
        _redis = await ConnectionMultiplexer.ConnectAsync((await app.GetConnectionStringAsync("redis"))!);
        _customers = new MongoClient((await app.GetConnectionStringAsync("customers"))!).GetDatabase("customers").GetCollection<BsonDocument>("customers");
        await Task.Yield(); // not on the driver's reader thread
    }

    public async ValueTask DisposeAsync()
    {
        await _orders.DisposeAsync();
        await _payments.DisposeAsync();
        _redis.Dispose();
    }

    [Fact(Timeout = LimitMs)]
    public async Task No_request_makes_it_fail_and_rejected_requests_change_nothing()
    {
        TestContext.Current.SendDiagnosticMessage("SHOP_FUZZ_SEED={0}", Seed);
        var fuzzer = new Fuzzer(Seed, await MakeShopAsync());
        var requests = Enumerable.Range(0, Requests).Select(_ => fuzzer.Next()).ToList();
        var (answers, faults) = await SendAsync(requests, SendLimit);
        Assert.True(faults.Count == 0, $"SHOP_FUZZ_SEED={Seed}\n{string.Join("\n\n", faults.Take(ShownMax))}");
        Assert.True(answers.Count > Requests / 10, $"Only {answers.Count} requests were sent in {SendLimit}.");
        // Some requests must succeed; otherwise, the fuzzer would not reach any logic.
        Assert.True(answers.Count(one => one.Status is >= 200 and < 300) > answers.Count / 10, "Next to nothing succeeds.");
        await AssertRefusalsChangeNothingAsync([.. answers.Where(one => IsRefusal(one.Status) && one.Request.MayChange).Select(one => one.Request)]);
        await AssertReconciledAsync();
    }

    /// <summary>
    /// Sends the rejected requests again. Requests that now succeed (for example, because there is stock) are removed until a whole pass is rejected.
    /// The stored data must be identical before and after that pass.
    /// </summary>
    private async Task AssertRefusalsChangeNothingAsync(IReadOnlyList<FuzzRequest> refused)
    {
        for (var pass = 0; pass < PassesMax; pass++)
        {
            await Eventually.EqualAsync(0L, () => ScalarAsync<long>(_orders, "SELECT count(*) FROM sagas"), RestLimit);
            var before = await BooksAsync();
            var (answers, faults) = await SendAsync(refused, SendLimit);
            Assert.True(faults.Count == 0, $"SHOP_FUZZ_SEED={Seed}\n{string.Join("\n\n", faults.Take(ShownMax))}");
            if (answers.All(one => IsRefusal(one.Status)))
            {
                Assert.True(answers.Count > 20, $"Only {answers.Count} refusals were looked at.");
                Assert.Equal(before, await BooksAsync());
                return;
            }

            refused = [.. answers.Where(one => IsRefusal(one.Status)).Select(one => one.Request)];
        }

        Assert.Fail($"SHOP_FUZZ_SEED={Seed}: after {PassesMax} times what was refused is still not refused again.");
    }

    private async Task<FuzzIds> MakeShopAsync()
    {
        var shop = cluster.Shop;
        // Set to small values, whatever they were before.
        await shop.PostAsync("/stock/batch_init/5/100/3");
        await shop.PostAsync("/payment/batch_init/5/100");
        await shop.PostAsync("/orders/batch_init/5/5/5/3");
        var (item, user, customer) = (await shop.NewItemAsync(3, 50), await shop.NewUserAsync(100), $"fuzz-{Guid.NewGuid():N}");
        var order = await shop.NewOrderAsync(user, (item, 2));
        await shop.SendAsync("POST", "/customers", $$"""{"customer_id":"{{customer}}","name":"A","email":"{{customer}}@example.com"}""");
        return new(item, user, order, customer);
    }

    /// <summary>
    /// Sends all requests, some concurrently and each on its own connection. Returns the responses, and those that violate the API's documentation.
    /// </summary>
    private async Task<(IReadOnlyCollection<(FuzzRequest Request, int Status)> Answers, IReadOnlyCollection<string> Faults)> SendAsync(
        IReadOnlyList<FuzzRequest> requests, TimeSpan time)
    {
        var (answers, faults) = (new ConcurrentBag<(FuzzRequest, int)>(), new ConcurrentBag<string>());
        var (end, gateway) = (Environment.TickCount64 + (long)time.TotalMilliseconds, cluster.Cluster.App.GetEndpoint("gateway"));
        await Parallel.ForAsync(0, requests.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Ct }, async (i, _) =>
        {
            if (Environment.TickCount64 > end) return;
            var answer = await RawConnection.AskAsync(gateway, requests[i].Bytes, parts: PartsLimit);
            answers.Add((requests[i], answer.Status));
            if (Fault(requests[i], answer) is { } fault)
                faults.Add($"{fault} in the answer to request {i}:\n{requests[i]}\n--\n{answer.Head}\n\n{answer.Body}");
        });
        return (answers, faults);
    }

    /// <summary>Returns null for a documented response: no error except 503 with Retry-After, and no internals.</summary>
    private static string? Fault(FuzzRequest request, RawAnswer answer)
    {
        if (answer.Status >= 500 && !(answer.Status == 503 && answer.Header("Retry-After") is not null && IsForClients(request, answer)))
            return $"{answer.Status}";
        return Inside().Match($"{answer.Head}\n{answer.Body}") is { Success: true } match ? $"'{match.Value}'" : null;
    }

    // A problem document, or a page for browsers.
    private static bool IsForClients(FuzzRequest request, RawAnswer answer)
        => request.Method == "HEAD" || answer.Body.Contains("urn:shop:problem:unavailable", StringComparison.Ordinal)
            || answer.Header("Content-Type")?.StartsWith("text/html", StringComparison.Ordinal) == true;

    private static bool IsRefusal(int status) => status is 0 or >= 400 and < 500;

    private async Task<string> BooksAsync() => string.Join('\n',
        await ScalarAsync<string>(_orders, OrdersSql), await ScalarAsync<string>(_payments, PaymentsSql),
        (string?)await _redis.GetDatabase().ScriptEvaluateAsync(StockLua), await _customers.CountDocumentsAsync(new BsonDocument(), cancellationToken: Ct));

    private static async Task<T> ScalarAsync<T>(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Ct))!;
    }

    private async Task AssertReconciledAsync()
    {
        using var http = new HttpClient { BaseAddress = cluster.Cluster.App.GetEndpoint("order-api") };
        var report = await Eventually.UntilAsync(() => http.GetStringAsync(new Uri("/internal/reconciliation", UriKind.Relative), Ct),
            text => text.Contains("\"ok\":true", StringComparison.Ordinal) && !text.Contains("\"ok\":false", StringComparison.Ordinal), RestLimit);
        Assert.True(System.Text.Json.JsonElement.Parse(report).GetProperty("ok").GetBoolean(), $"SHOP_FUZZ_SEED={Seed}\n{report}");
    }

    /// <summary>
    /// Matches lines of a stack trace, namespaces of this project and of libraries, exceptions, parameters with types, file names, and SQL states.
    /// </summary>
    [GeneratedRegex(@"\n\s+at [\w.<>`]+\(|\b(System|Microsoft|Npgsql|StackExchange|MongoDB\.Driver|ServiceDefaults|Polly)\.\w+"
        + @"|\b(Order|Stock|Payment|Customer)\.Api\.\w+|Storefront\.Web\.\w+|\w{3,}Exception\b|parameter \\?(""|\\u0022)[\w.<>\[\]]+ \w+"
        + @"|\.cs:line|\.lua\b|SQLSTATE|\b\d{2}[0-9A-Z]{3}: |user_script")]
    private static partial Regex Inside();
}
