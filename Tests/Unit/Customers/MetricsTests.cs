extern alias CustomerApi;
using System.Text;
using System.Text.Json;
using CustomerApi::Customer.Api;
using CustomerApi::Customer.Api.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Tests.Unit.Customers;

[Trait("Category", "Unit")]
public sealed class MetricsTests
{
    [Fact]
    public void Percentiles_are_right_to_one_percent()
    {
        var histogram = new LatencyHistogram();
        foreach (var i in Enumerable.Range(1, 10_000)) histogram.Record(TimeSpan.FromMicroseconds(i * 10));
        Assert.InRange(histogram.PercentileMs(50), 50, 50.5);
        Assert.InRange(histogram.PercentileMs(99), 99, 100);
        Assert.InRange(histogram.MaxMs, 100, 101);
        Assert.Equal((10_000, 50.005), (histogram.Count, histogram.MeanMs));
        Assert.Equal((0, 0, 0), (new LatencyHistogram().PercentileMs(99), new LatencyHistogram().MaxMs, new LatencyHistogram().MeanMs));
    }

    [Fact]
    public async Task Requests_are_counted_by_status()
    {
        var requests = new RequestMetrics();
        await SendAsync(requests, "GET", "/customers/{customer_id}", 200, 3);
        await SendAsync(requests, "POST", "/customers/\"x\"", 503, 1);
        var process = new ProcessFigures(1, 2.5, 3, 4, 5, 0.25, 6, 7);

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) writer.WriteMetrics("vm-1", new PoolStatistics().Now(), requests, process);
        var json = JsonElement.Parse(Encoding.UTF8.GetString(stream.ToArray()));
        Assert.Equal((4, 1), (json.GetProperty("requests").GetProperty("total").GetInt32(), json.GetProperty("requests").GetProperty("errors_5xx").GetInt32()));
        Assert.Equal(0, json.GetProperty("connection_stats").GetProperty("in_use").GetInt32());
    }

    private static async Task SendAsync(RequestMetrics requests, string method, string route, int status, int count)
    {
        var endpoint = new RouteEndpoint(
            static _ => Task.CompletedTask, RoutePatternFactory.Parse("x"), 0, new(new HttpMethodMetadata([method])), null);
        endpoint = new RouteEndpoint(endpoint.RequestDelegate!, RoutePatternFactory.Pattern(route, []), 0, endpoint.Metadata, null);
        for (var i = 0; i < count; i++)
        {
            var context = new DefaultHttpContext();
            context.SetEndpoint(endpoint);
            await requests.MeasureAsync(context, inner =>
            {
                inner.Response.StatusCode = status;
                return Task.CompletedTask;
            });
        }
    }
}
