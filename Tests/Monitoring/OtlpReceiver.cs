using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Tests.Cluster;

namespace Tests.Monitoring;

/// <summary>Receives metrics by OTLP over HTTP, and shows the latest of each series to whoever scrapes it.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private const string Path = "/api/v1/otlp/v1/metrics";

    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, double> _series = new(StringComparer.Ordinal);
    private readonly Task _answers;

    public OtlpReceiver()
    {
        _listener.Prefixes.Add($"http://{Address}/");
        _listener.Start();
        _answers = AnswerAsync();
    }

    public string Address { get; } = $"127.0.0.1:{ServiceProcess.FreePort()}";

    /// <summary>The settings that operations.md has for a service whose metrics go to Prometheus; here they are sent every second.</summary>
    public (string Name, string Value)[] Settings(string service, string instance) =>
    [
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", $"http://{Address}{Path}"), ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4317"), ("OTEL_TRACES_SAMPLER", "always_off"), ("OTEL_METRIC_EXPORT_INTERVAL", "1000"),
        ("OTEL_SERVICE_NAME", service), ("OTEL_RESOURCE_ATTRIBUTES", $"service.instance.id={instance}"),
    ];

    /// <summary>Whether a series of the metric has arrived.</summary>
    public bool Has(string metric) => _series.Keys.Any(series => series.StartsWith(metric, StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _answers.WaitAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                if (context.Request.Url!.AbsolutePath == Path)
                    foreach (var (series, value) in OtlpMetrics.Read(body.ToArray())) _series[series] = value;
                context.Response.ContentType = context.Request.HttpMethod == "GET" ? "text/plain; version=0.0.4" : "application/x-protobuf";
                context.Response.Close(context.Request.HttpMethod == "GET" ? Encoding.UTF8.GetBytes(Text()) : [], willBlock: true);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // It was closed.
        }
    }

    private string Text() => string.Concat(_series.OrderBy(static one => one.Key, StringComparer.Ordinal).Select(static one =>
        string.Create(CultureInfo.InvariantCulture, $"{one.Key} {one.Value}\n")));
}
