using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Polly;
using Polly.Timeout;
using ServiceDefaults;

namespace Tests.Unit.ServiceDefaults;

[Trait("Category", "Unit")]
public sealed class ResilienceTests
{
    private static readonly TimeSpan Pauses = TimeSpan.FromSeconds(5); // longer than any delay, shorter than any timeout

    private readonly ManualTime _time = new();
    private int _calls;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", false, "none", true)]
    [InlineData("HEAD", false, "none", true)]
    [InlineData("OPTIONS", false, "none", true)]
    [InlineData("GET", false, "text", true)]
    [InlineData("GET", true, "stream", false)]
    [InlineData("POST", false, "none", false)]
    [InlineData("POST", false, "json", false)]
    [InlineData("PUT", false, "text", false)]
    [InlineData("DELETE", false, "none", false)]
    [InlineData("PATCH", false, "none", false)]
    [InlineData("POST", true, "none", true)]
    [InlineData("POST", true, "json", true)]
    [InlineData("POST", true, "bytes", true)]
    [InlineData("POST", true, "stream", false)]
    [InlineData("DELETE", true, "none", true)]
    public void Only_safe_requests_with_a_buffered_body_are_repeatable(string method, bool hasKey, string content, bool expected)
    {
        using var request = Request(method, hasKey, content);
        Assert.Equal(expected, ResilienceExtensions.IsRepeatable(request));
    }

    [Theory]
    [InlineData("GET", false, 408, 3)]
    [InlineData("GET", false, 429, 3)]
    [InlineData("GET", false, 502, 3)]
    [InlineData("GET", false, 503, 3)]
    [InlineData("GET", false, 504, 3)]
    [InlineData("GET", false, 200, 1)]
    [InlineData("GET", false, 400, 1)]
    [InlineData("GET", false, 404, 1)]
    [InlineData("GET", false, 409, 1)]
    [InlineData("GET", false, 500, 1)]
    [InlineData("POST", false, 503, 1)]
    [InlineData("POST", true, 503, 3)]
    [InlineData("POST", true, 400, 1)]
    public async Task Only_transient_errors_are_retried_and_the_caller_gets_the_last_response(string method, bool hasKey, int status, int calls)
    {
        using var request = Request(method, hasKey, "none");
        using var response = await SendAsync(request, _ => Status(status));
        Assert.Equal((calls, status), (_calls, (int)response.StatusCode));
    }

    [Theory]
    [InlineData("GET", false, 3)]
    [InlineData("POST", false, 1)]
    [InlineData("POST", true, 3)]
    public async Task A_broken_connection_is_retried_only_if_safe(string method, bool hasKey, int calls)
    {
        using var request = Request(method, hasKey, "text");
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(request, _ => throw new HttpRequestException("broken")));
        Assert.Equal(calls, _calls);
    }

    [Fact]
    public async Task The_first_success_ends_the_retries()
    {
        using var request = Request("GET", hasKey: false, "none");
        using var response = await SendAsync(request, call => Status(call < 2 ? 503 : 200));
        Assert.Equal((2, HttpStatusCode.OK), (_calls, response.StatusCode));
    }

    [Fact]
    public async Task A_short_Retry_After_is_respected()
    {
        using var request = Request("GET", hasKey: false, "none");
        using var response = await SendAsync(request, call => Status(call < 2 ? 503 : 200, retryAfterSeconds: 2));
        Assert.Equal(2, _calls);
        Assert.Equal(TimeSpan.FromSeconds(2), _time.Elapsed);
    }

    [Fact]
    public async Task A_long_Retry_After_is_not_retried()
    {
        using var request = Request("GET", hasKey: false, "none");
        using var response = await SendAsync(request, _ => Status(503, retryAfterSeconds: 3));
        Assert.Equal((1, TimeSpan.Zero), (_calls, _time.Elapsed));
    }

    [Fact]
    public async Task A_Retry_After_with_a_date_is_not_retried()
    {
        using var request = Request("GET", hasKey: false, "none");
        using var response = await SendAsync(request, _ =>
        {
            var answer = Status(503);
            answer.Headers.RetryAfter = new(DateTimeOffset.UtcNow.AddSeconds(1)); // by a clock that may be wrong
            return answer;
        });
        Assert.Equal((1, TimeSpan.Zero), (_calls, _time.Elapsed));
    }

    [Fact]
    public async Task An_attempt_without_a_response_times_out()
    {
        using var request = Request("POST", hasKey: false, "none");
        await Assert.ThrowsAsync<TimeoutRejectedException>(() => SendAsync(request, async ct =>
        {
            await Task.Delay(Timeout.Infinite, ct);
            return Status(200);
        }, ResilienceExtensions.AttemptTimeMax));
        Assert.Equal(ResilienceExtensions.AttemptTimeMax, _time.Elapsed);
    }

    [Fact]
    public async Task A_cancelled_caller_does_not_get_a_timeout()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        using var request = Request("GET", hasKey: false, "none");
        using var client = Client(async ct =>
        {
            await Task.Delay(Timeout.Infinite, ct);
            return Status(200);
        });
        var send = client.SendAsync(request, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send);
    }

    [Fact]
    public async Task However_many_requests_fail_the_next_one_is_sent()
    {
        const int Many = 500;
        using var client = Client(_ => Task.FromResult(Status(_calls++ < Many ? 503 : 200)));
        for (var i = 0; i < Many; i++) await PostAsync();
        Assert.Equal(HttpStatusCode.OK, await PostAsync());
        Assert.Equal(Many + 1, _calls);

        async Task<HttpStatusCode> PostAsync()
        {
            using var request = Request("POST", hasKey: false, "none");
            using var response = await client.SendAsync(request, Ct);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task A_client_without_it_is_not_affected()
    {
        using var request = Request("GET", hasKey: false, "none");
        using var client = Client(_ => Task.FromResult(Status(_calls++ < 1 ? 503 : 200)), static http => http.RemoveResilience());
        using var response = await client.SendAsync(request, Ct);
        Assert.Equal((1, HttpStatusCode.ServiceUnavailable), (_calls, response.StatusCode));
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Func<int, HttpResponseMessage> answer) =>
        SendAsync(request, _ => Task.FromResult(answer(++_calls)), Pauses);

    private async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, Func<CancellationToken, Task<HttpResponseMessage>> answer, TimeSpan patience)
    {
        using var client = Client(answer);
        return await _time.RunAsync(client.SendAsync(request, Ct), patience);
    }

    private HttpClient Client(Func<CancellationToken, Task<HttpResponseMessage>> answer, Action<IHttpClientBuilder>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddTransient(_ => new ResiliencePipelineBuilder { TimeProvider = _time });
        services.ConfigureHttpClientDefaults(static http => http.AddResilience());
        var http = services.AddHttpClient("stock-api").ConfigurePrimaryHttpMessageHandler(() => new Stub(answer));
        configure?.Invoke(http);
        return services.BuildServiceProvider().GetRequiredService<IHttpClientFactory>().CreateClient("stock-api");
    }

    private static HttpRequestMessage Request(string method, bool hasKey, string content)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), "http://stock-api.example/items")
        {
            Content = content switch
            {
                "text" => new StringContent("x"),
                "bytes" => new ByteArrayContent([1]),
                "json" => JsonContent.Create(1),
                "stream" => new StreamContent(new MemoryStream([1])),
                _ => null,
            },
        };
        if (hasKey) request.Headers.Add("Idempotency-Key", "k");
        return request;
    }

    private static HttpResponseMessage Status(int status, int? retryAfterSeconds = null)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status);
        if (retryAfterSeconds is { } seconds) response.Headers.RetryAfter = new(TimeSpan.FromSeconds(seconds));
        return response;
    }

    private sealed class Stub(Func<CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => answer(cancellationToken);
    }
}
