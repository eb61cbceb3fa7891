using System.Net;
using System.Text.Json;

namespace Tests.Cluster;

/// <summary>Calls the shop through its gateway, with paths exactly as written: no dot, slash or escape is tidied up on the way.</summary>
/// <param name="gateway">Where it is.</param>
/// <param name="connect">How to connect to it; null for the usual way.</param>
public sealed class ShopClient(Uri gateway, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null) : IDisposable
{
    /// <summary>The gateway itself gives up after 30 s.</summary>
    private readonly HttpClient _http = new(
        new SocketsHttpHandler { MaxConnectionsPerServer = 1000, AllowAutoRedirect = false, ConnectCallback = connect }) { Timeout = TimeSpan.FromSeconds(40) };

    /// <summary>One answer, read to its end.</summary>
    public sealed record Answer(HttpStatusCode Status, string? MediaType, string Body, TimeSpan? RetryAfter)
    {
        /// <summary>A member of a problem document, such as <c>reason</c>; null if there is none of that name.</summary>
        public string? Member(string name)
        {
            if (MediaType != "application/problem+json") return null;
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
        }

        /// <summary>The last part of a problem document's type; null if the answer is none.</summary>
        public string? Problem
        {
            get
            {
                if (MediaType != "application/problem+json") return null;
                using var document = JsonDocument.Parse(Body);
                var type = document.RootElement.GetProperty("type").GetString()!;
                Assert.StartsWith("urn:shop:problem:", type, StringComparison.Ordinal);
                Assert.Equal((int)Status, document.RootElement.GetProperty("status").GetInt32());
                return type["urn:shop:problem:".Length..];
            }
        }
    }

    public async Task<Answer> SendAsync(string method, string path, string? json = null, string? traceParent = null, string? key = null)
    {
        var uri = new Uri($"{gateway.Scheme}://{gateway.Authority}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), uri);
        if (json is not null) request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        if (traceParent is not null) request.Headers.Add("traceparent", traceParent);
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer(response.StatusCode, response.Content.Headers.ContentType?.MediaType, body, response.Headers.RetryAfter?.Delta);
    }

    /// <summary>Must answer 200; gives the body.</summary>
    public async Task<JsonElement> OkAsync(string method, string path)
    {
        var answer = await SendAsync(method, path);
        Assert.True(answer.Status == HttpStatusCode.OK, $"{method} {path}: {(int)answer.Status} {answer.Body}");
        return answer.Body.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(answer.Body);
    }

    public Task<JsonElement> PostAsync(string path) => OkAsync("POST", path);

    public Task<JsonElement> GetAsync(string path) => OkAsync("GET", path);

    /// <summary>Must answer a problem document of that status and type.</summary>
    public async Task RefusedAsync(string method, string path, HttpStatusCode status, string problem)
    {
        var answer = await SendAsync(method, path);
        Assert.True(
            answer.Status == status && answer.Problem == problem,
            $"{method} {path}: {(int)answer.Status} {answer.MediaType} {answer.Body}, not {(int)status} {problem}");
    }

    public Task InvalidAsync(string path) => RefusedAsync("POST", path, HttpStatusCode.BadRequest, "invalid-request");

    public Task UnknownAsync(string method, string path) => RefusedAsync(method, path, HttpStatusCode.NotFound, "not-found");

    public async Task<string> NewItemAsync(long price, long stock = 0)
    {
        var item = (await PostAsync($"/stock/item/create/{price}")).GetProperty("item_id").GetString()!;
        if (stock > 0) await PostAsync($"/stock/add/{item}/{stock}");
        return item;
    }

    public async Task<string> NewUserAsync(long credit = 0)
    {
        var user = (await PostAsync("/payment/create_user")).GetProperty("user_id").GetString()!;
        if (credit > 0) await PostAsync($"/payment/add_funds/{user}/{credit}");
        return user;
    }

    public async Task<string> NewOrderAsync(string user, params (string Item, long Quantity)[] lines)
    {
        var order = (await PostAsync($"/orders/create/{user}")).GetProperty("order_id").GetString()!;
        foreach (var (item, quantity) in lines) await PostAsync($"/orders/addItem/{order}/{item}/{quantity}");
        return order;
    }

    /// <summary>Asks for a checkout as somebody who hangs up after a time, with the answer or without it.</summary>
    /// <exception cref="OperationCanceledException">Without it.</exception>
    public async Task<HttpStatusCode> CheckoutWithinAsync(string order, TimeSpan patience)
    {
        using var hangUp = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        hangUp.CancelAfter(patience);
        using var response = await _http.PostAsync(new Uri(gateway, $"/orders/checkout/{order}"), null, hangUp.Token);
        return response.StatusCode;
    }

    public Task<Answer> CheckoutAsync(string order) => SendAsync("POST", $"/orders/checkout/{order}");

    public async Task<long> CreditAsync(string user) => (await GetAsync($"/payment/find_user/{user}")).GetProperty("credit").GetInt64();

    public async Task<bool> IsPaidAsync(string order) => (await GetAsync($"/orders/find/{order}")).GetProperty("paid").GetBoolean();

    public async Task<Books> StockAsync(string item)
    {
        var found = await GetAsync($"/stock/find/{item}");
        return new Books(found.GetProperty("stock").GetInt64(), found.GetProperty("held").GetInt64(), found.GetProperty("sold").GetInt64());
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>Where an item's pieces are.</summary>
public sealed record Books(long Stock, long Held, long Sold);

/// <summary>What comes in a path and must be refused.</summary>
public static class BadInput
{
    /// <summary>Values that no amount may have; the last is a digit, but not an ASCII one.</summary>
    private static readonly string[] Amounts =
        ["0", "00", "-1", "-0", "+5", "1.5", "1,5", "1e3", "0x10", "abc", "NaN", "%20", "%201", "1%20", "9223372036854775808", "-9223372036854775809",
            "99999999999999999999999", "%D9%A3"];

    /// <summary>Ids that no service has given to anything; the first could be one.</summary>
    private static readonly string[] Ids = ["nope", "-1", "9223372036854775808", new('a', 64), new('a', 65), new('9', 2000), "%01", "a%20b", "x'%3B--",
        "%C3%A9", "*", "..%3B", "%7B0%7D"];

    public static TheoryData<string> AmountData => [.. Amounts];

    public static TheoryData<string> IdData => [.. Ids];
}
