using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Tests.Cluster;
using Tests.Repository;
using Tests.Unit;

namespace Tests.Monitoring;

/// <summary>A Prometheus with the configuration of this repository, and a node exporter that it scrapes. It scrapes the services' metrics too.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20), EndLimit = TimeSpan.FromSeconds(15);

    private readonly TempFolder _folder = new();
    private readonly List<Process> _processes = [];
    private readonly int _port = ServiceProcess.FreePort();
    private readonly HttpClient _http;

    private PrometheusServer() => _http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(10) };

    public Uri Address => new($"http://127.0.0.1:{_port}");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Starts one and waits until it is ready.</summary>
    /// <param name="scraped">Where it gets the services' metrics.</param>
    public static async Task<PrometheusServer> StartAsync(string scraped)
    {
        var programs = await DebianPrograms.Prometheus.EnsureAsync(Ct);
        var server = new PrometheusServer();
        try
        {
            var node = $"127.0.0.1:{ServiceProcess.FreePort()}";
            server.Start(Path.Combine(programs, "prometheus-node-exporter"), $"--web.listen-address={node}");
            server._folder.Write("alerts.yml", SourceTree.Read("monitoring/alerts.yml"));
            server._folder.Write("prometheus.yml", SourceTree.Read("monitoring/prometheus.yml") + $"""
                  - job_name: services
                    scrape_interval: 1s
                    honor_labels: true
                    static_configs:
                      - targets: ["{scraped}"]

                """);
            server._folder.Write("nodes/test.json", JsonSerializer.Serialize(new[] { new { targets = new[] { node } } }));
            server.Start(Path.Combine(programs, "prometheus"), $"--config.file={server._folder / "prometheus.yml"}",
                $"--storage.tsdb.path={server._folder / "data"}", $"--web.listen-address={server.Address.Authority}");
            Assert.True(await Eventually.UntilAsync(server.IsReadyAsync, static ready => ready, StartLimit), "Prometheus does not become ready.");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>All names of metrics that it has.</summary>
    public async Task<IReadOnlySet<string>> NamesAsync() =>
        (await GetAsync("/api/v1/label/__name__/values")).EnumerateArray().Select(static name => name.GetString()!).ToHashSet(StringComparer.Ordinal);

    /// <summary>Evaluates a query now; fails if Prometheus does not understand it.</summary>
    public async Task<JsonElement> QueryAsync(string query) => await GetAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}");

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(EndLimit, CancellationToken.None);
            process.Dispose();
        }

        _http.Dispose();
        _folder.Dispose();
    }

    private void Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add(process);
    }

    private async Task<bool> IsReadyAsync()
    {
        Assert.False(_processes.Exists(static process => process.HasExited), "Prometheus or its node exporter has ended.");
        try
        {
            using var answer = await _http.GetAsync(new Uri("/-/ready", UriKind.Relative), Ct);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), Ct);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.True(answer.IsSuccessStatusCode, $"{Uri.UnescapeDataString(path)}: {body}");
        var data = body.GetProperty("data");
        return path.StartsWith("/api/v1/query", StringComparison.Ordinal) ? data.GetProperty("result") : data;
    }
}
