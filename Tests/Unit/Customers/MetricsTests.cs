extern alias CustomerApi;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CustomerApi::Customer.Api;
using CustomerApi::Customer.Api.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Tests.Unit.Customers;

[Trait("Category", "Unit")]
public sealed partial class MetricsTests
{
    [Theory]
    [InlineData(null, "", false)]
    [InlineData(null, "*/*", false)]
    [InlineData(null, "application/json", false)]
    [InlineData(null, "text/plain", true)]
    [InlineData(null, "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1", true)]
    [InlineData("prometheus", "application/json", true)]
    [InlineData("json", "text/plain", false)]
    public void The_form_is_chosen_by_query_or_accept(string? format, string accept, bool isPrometheus) =>
        Assert.Equal(isPrometheus, MetricsEndpoints.IsPrometheus(format, accept));

    [Fact]
    public void Percentiles_are_right_to_one_part_in_16()
    {
        var histogram = new LatencyHistogram();
        foreach (var i in Enumerable.Range(1, 10_000)) histogram.Record(TimeSpan.FromMicroseconds(i * 10));
        Assert.InRange(histogram.PercentileMs(0.5), 50, 50 * 17 / 16.0);
        Assert.InRange(histogram.PercentileMs(0.99), 99, 99 * 17 / 16.0);
        Assert.Equal((10_000, 100.0), (histogram.Count, histogram.MaxMs));
        Assert.Equal(0, new LatencyHistogram().PercentileMs(0.99));
        Assert.Equal(25, histogram.CountBelow(8)); // 10 to 250 µs
        Assert.Equal(10_000, histogram.CountBelow(24));
    }

    [Fact]
    public async Task Both_forms_say_the_same_and_the_text_is_prometheus()
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

        var text = PrometheusText.Write("vm-1", new PoolStatistics().Now(), requests, process);
        Assert.Contains("http_requests_total{method=\"GET\",route=\"/customers/{customer_id}\",status=\"2xx\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("route=\"/customers/\\\"x\\\"\",le=\"+Inf\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("process_cpu_seconds_total 2.5\n", text, StringComparison.Ordinal);
        var described = "";
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            Assert.Matches(LinePattern(), line);
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal)) described = line.Split(' ')[2];
            else if (line[0] != '#') Assert.StartsWith(described, line, StringComparison.Ordinal);
        }

        var buckets = text.Split('\n').Where(line => line.StartsWith("http_request_duration_seconds_bucket{method=\"GET\"", StringComparison.Ordinal))
            .Select(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(buckets.Order(), buckets);
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

    [GeneratedRegex("""^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z_]+="(\\.|[^"\\])*"(,[a-z_]+="(\\.|[^"\\])*")*\})? [0-9.eE+-]+)$""")]
    private static partial Regex LinePattern();
}
