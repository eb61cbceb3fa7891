using System.Net;
using System.Text.Json;

namespace Tests.Cluster;

/// <summary>Calls the shop through its gateway and sends paths exactly as written: dots, slashes and escapes are not normalized.</summary>
/// <param name="gateway">Address of the gateway.</param>
/// <param name="connect">Opens the connection, or null for the default.</param>
public sealed class ShopClient(Uri gateway, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null) : IDisposable
{
    /// <summary>The gateway itself times out after 30 s.</summary>
    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1000, AllowAutoRedirect = false, ConnectCallback = connect })
    {
        Timeout = TimeSpan.FromSeconds(40),
    };

    /// <summary>A complete response.</summary>
    public sealed record Answer(HttpStatusCode Status, string? MediaType, string Body, TimeSpan? RetryAfter)
    {
        /// <summary>Returns a member of a problem document, such as <c>reason</c>, or null if it is missing.</summary>
        public string? Member(string name)
        {
            if (MediaType != "application/problem+json") return null;
            using var document = JsonDocument.Parse(Body);
            return document.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
        }

        /// <summary>Returns the last part of a problem document's type, or null for other responses.</summary>
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

    /// <summary>Expects 200 and returns the body.</summary>
    public async Task<JsonElement> OkAsync(string method, string path)
    {
        var answer = await SendAsync(method, path);
        Assert.True(answer.Status == HttpStatusCode.OK, $"{method} {path}: {(int)answer.Status} {answer.Body}");
        return answer.Body.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(answer.Body);
    }

    public Task<JsonElement> PostAsync(string path) => OkAsync("POST", path);

    public Task<JsonElement> GetAsync(string path) => OkAsync("GET", path);

    /// <summary>Expects a problem document of the given status and type.</summary>
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

    /// <summary>Checks out as a client that disconnects after a time, with or without the response.</summary>
    /// <exception cref="OperationCanceledException">The client disconnected before the response.</exception>
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

/// <summary>Number of an item's pieces in each state.</summary>
public sealed record Books(long Stock, long Held, long Sold);

/// <summary>Amounts in a path that must be rejected.</summary>
public static class BadInput
{
    /// <summary>Invalid amounts. The last one is a digit, but not an ASCII digit.</summary>
    private static readonly string[] Amounts =
        ["0", "00", "-1", "-0", "+5", "1.5", "1,5", "1e3", "0x10", "abc", "NaN", "%20", "%201", "1%20", "9223372036854775808", "-9223372036854775809",
            "99999999999999999999999", "%D9%A3"];

    /// <summary>Ids that no service has assigned. The first one is well-formed.</summary>
    private static readonly string[] Ids = ["nope", "-1", "9223372036854775808", new('a', 64), new('a', 65), new('9', 2000), "%01", "a%20b", "x'%3B--",
        "%C3%A9", "*", "..%3B", "%7B0%7D"];

    public static TheoryData<string> AmountData => [.. Amounts];

    public static TheoryData<string> IdData => [.. Ids];
}
