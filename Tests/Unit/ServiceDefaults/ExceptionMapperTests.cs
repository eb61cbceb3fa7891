using System.Data.Common;
using System.Diagnostics.Metrics;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Polly.CircuitBreaker;
using Polly.Timeout;
using ServiceDefaults;

namespace Tests.Unit.ServiceDefaults;

[Trait("Category", "Unit")]
public sealed class ExceptionMapperTests
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { AllowDuplicateProperties = false };

    private readonly List<string> _counted = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<Exception, int, string> Answers => new()
    {
        { new BadHttpRequestException("a number is wrong"), 400, "invalid-request" },
        { new BadHttpRequestException("too big", 413), 413, "body-too-large" },
        { new BadHttpRequestException("no JSON", 415), 415, "unsupported-media-type" },
        { new DatabaseException(isTransient: false), 500, "internal-error" },
        { new OperationCanceledException(), 500, "internal-error" },
        { new InvalidOperationException("secret"), 500, "internal-error" },
    };

    [Theory]
    [MemberData(nameof(Answers), DisableDiscoveryEnumeration = true)]
    public async Task An_exception_becomes_a_problem(Exception exception, int status, string name)
    {
        var (handled, context, body) = await HandleAsync(exception);

        Assert.True(handled);
        Assert.Equal(status, context.Response.StatusCode);
        Assert.Equal("urn:shop:problem:" + name, body.GetProperty("type").GetString());
        Assert.Equal(status, body.GetProperty("status").GetInt32());
        Assert.DoesNotContain("secret", body.ToString(), StringComparison.Ordinal);
    }

    public static TheoryData<Exception, string> Reasons => new()
    {
        { new HttpRequestException("refused"), "service-unavailable" },
        { new SocketException(111), "service-unavailable" },
        { new TimeoutRejectedException(), "service-unavailable" },
        { new BrokenCircuitException(), "service-unavailable" },
        { new TaskCanceledException("HttpClient.Timeout", new TimeoutException()), "service-unavailable" },
        { new TimeoutException(), "timed-out" },
        { new DatabaseException(isTransient: true), "database-unavailable" },
        { new OverloadException(), "queue-full" },
    };

    [Theory]
    [MemberData(nameof(Reasons), DisableDiscoveryEnumeration = true)]
    public async Task A_dependency_that_is_down_is_named_and_counted(Exception exception, string reason)
    {
        var (_, context, body) = await HandleAsync(exception);

        Assert.Equal(503, context.Response.StatusCode);
        Assert.Equal("urn:shop:problem:unavailable", body.GetProperty("type").GetString());
        Assert.Equal(reason, body.GetProperty("reason").GetString());
        Assert.True(context.Response.Headers.ContainsKey("Retry-After"));
        Assert.Equal([reason], _counted);
    }

    [Theory]
    [InlineData("""{"lines":[{"item":"a","quantity":"x"}]}""", "lines[0].quantity", "must be a whole number.")]
    [InlineData("""{"lines":[{"item":"a","quantity":1.5}]}""", "lines[0].quantity", "must be a whole number.")]
    [InlineData("""{"lines":[{"item":"a","quantity":99999999999999999999}]}""", "lines[0].quantity", "must be a whole number.")]
    [InlineData("""{"lines":[{"item":3,"quantity":1}]}""", "lines[0].item", "must be a string.")]
    [InlineData("""{"lines":3}""", "lines", "must be an array.")]
    [InlineData("""{"lines":[3]}""", "lines[0]", "must be an object.")]
    [InlineData("""{"limit":"x"}""", "limit", "must be a whole number.")]
    [InlineData("""{"gift":1}""", "gift", "must be true or false.")]
    [InlineData("""{"limit":1,"limit":2}""", "limit", "is given more than once.")]
    public async Task An_invalid_field_is_named_as_in_the_request(string json, string field, string rule)
    {
        var body = await BadBodyAsync(json);
        Assert.Equal($"{field}: {rule}", body.GetProperty("detail").GetString());
        Assert.Equal([rule], body.GetProperty("errors").GetProperty(field).EnumerateArray().Select(one => one.GetString()));
    }

    [Theory]
    [InlineData("[]", "The body must be an object.")]
    [InlineData("3", "The body must be an object.")]
    [InlineData("{", "The body is not valid JSON: line 1, byte 2.")]
    [InlineData("{\n  \"limit\": x}", "The body is not valid JSON: line 2, byte 12.")]
    [InlineData("", "The body is not valid JSON: line 1, byte 1.")]
    public async Task An_invalid_body_is_reported_with_the_position(string json, string detail)
    {
        var body = await BadBodyAsync(json);
        Assert.Equal(detail, body.GetProperty("detail").GetString());
        Assert.False(body.TryGetProperty("errors", out _));
    }

    [Theory]
    [InlineData("application/json; charset=nope", 415)]
    [InlineData("application/json; charset=utf-8", 500)]
    [InlineData("application/json", 500)]
    public async Task An_unknown_charset_is_a_client_error(string contentType, int status)
    {
        var (_, context, _) = await HandleAsync(new InvalidOperationException("not a known encoding"), contentType: contentType);
        Assert.Equal(status, context.Response.StatusCode);
    }

    [Theory]
    [InlineData("Failed to bind parameter \"Nullable<int> limit\" from \"a b\".", "limit: is not valid.")]
    [InlineData("Required parameter \"Dictionary<string, Shop.Item[]> items\" was not provided from query string.", "items: is missing.")]
    [InlineData("Implicit body inferred for parameter \"PurchaseRequest request\" but no body was provided. Did you mean to use a Service instead?",
        "The request must have a JSON body.")]
    [InlineData("Required parameter \"JsonElement body\" was not provided from body.", "The request must have a JSON body.")]
    [InlineData("Request body too large. The max request body size is 3 bytes.", "Request body too large. The max request body size is 3 bytes.")]
    public async Task Internal_types_are_not_revealed(string message, string detail)
    {
        var (_, _, body) = await HandleAsync(new BadHttpRequestException(message));
        Assert.Equal(detail, body.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Exceptions_can_be_added()
    {
        var services = new ServiceCollection().AddDependencyFailure<InvalidOperationException>("down", e => e.Message == "down").BuildServiceProvider();
        await using (services)
        {
            var failures = services.GetRequiredService<IOptions<DependencyFailures>>();
            Assert.Equal("down", (await HandleAsync(new InvalidOperationException("down"), failures)).Body.GetProperty("reason").GetString());
            Assert.Equal(500, (await HandleAsync(new InvalidOperationException("bug"), failures)).Context.Response.StatusCode);
        }
    }

    [Fact]
    public async Task A_disconnected_client_gets_no_response()
    {
        var (handled, context, _) = await HandleAsync(new OperationCanceledException(), isAborted: true);
        Assert.False(handled);
        Assert.Equal(200, context.Response.StatusCode);
    }

    private async Task<JsonElement> BadBodyAsync(string json)
    {
        var error = Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize<Cart>(json, Web));
        return (await HandleAsync(new BadHttpRequestException("Failed to read parameter \"Cart cart\" from the request body as JSON.", error))).Body;
    }

    private async Task<(bool Handled, HttpContext Context, JsonElement Body)> HandleAsync(
        Exception exception, IOptions<DependencyFailures>? failures = null, bool isAborted = false, string? contentType = null)
    {
        await using var services = new ServiceCollection().AddLogging().AddMetrics().AddSingleton<RejectedRequests>().BuildServiceProvider();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "shop.requests.rejected" && instrument.Meter.Scope == services.GetRequiredService<IMeterFactory>())
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => _counted.Add((string)tags[0].Value!));
        listener.Start();
        using var answer = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = services, RequestAborted = new(isAborted) };
        context.Response.Body = answer;
        context.Request.ContentType = contentType;
        var mapper = new ExceptionMapper(failures ?? Options.Create(new DependencyFailures()), new ManualTime(), NullLogger<ExceptionMapper>.Instance);
        var handled = await mapper.TryHandleAsync(context, exception, Ct);
        return (handled, context, answer.Length == 0 ? default : JsonElement.Parse(answer.ToArray()));
    }

    private sealed record Cart(CartLine[]? Lines, int? Limit, bool Gift);

    private sealed record CartLine(string Item, long Quantity);

    private sealed class DatabaseException(bool isTransient) : DbException("no answer")
    {
        public override bool IsTransient => isTransient;
    }
}
