extern alias StockApi;

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using StockApi::Stock.Api.Scripting;
using Tests.Cluster;

namespace Tests.Replication;

/// <summary>A Stock.Api that waits for replicas, without the rest of the shop.</summary>
internal sealed class StockProcess : IDisposable
{
    private const int Hold = 1;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30), EndLimit = TimeSpan.FromSeconds(10);

    // The same in every call of a saga.
    private readonly long _startedAt = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    private readonly Process _process;
    private readonly HttpClient _http;

    private StockProcess(Process process, int port) =>
        (_process, _http) = (process, new() { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(20) });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Starts it and waits until it is ready.</summary>
    public static async Task<StockProcess> StartAsync(string redis, int replicas)
    {
        var port = ServiceProcess.FreePort();
        var start = new ProcessStartInfo("dotnet", [typeof(RedisLimits).Assembly.Location]) { RedirectStandardOutput = true };
        start.Environment["ASPNETCORE_URLS"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        start.Environment["ConnectionStrings__redis"] = redis;
        start.Environment["Stock__ReplicasToConfirm"] = replicas.ToString(CultureInfo.InvariantCulture);
        start.Environment.Remove("OTEL_EXPORTER_OTLP_ENDPOINT");
        var stock = new StockProcess(Process.Start(start)!, port);
        stock._process.BeginOutputReadLine();
        Assert.True(await Eventually.UntilAsync(stock.IsReadyAsync, ready => ready, StartLimit), "It does not become ready.");
        return stock;
    }

    /// <summary>Sends a POST with an idempotency key. Returns the status, 0 without a response.</summary>
    public async Task<(int Status, string Body)> PostAsync(string path, Guid? key = null, object? body = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (key is not null) request.Headers.Add("Idempotency-Key", key.ToString());
        try
        {
            using var response = await _http.SendAsync(request, Ct);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Ct));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !Ct.IsCancellationRequested)
        {
            return (0, e.Message);
        }
    }

    /// <summary>Holds one piece of an item for a saga.</summary>
    public Task<(int Status, string Body)> HoldAsync(Guid saga, string item) => PostAsync("/internal/reservations", body: new
    {
        Members = new[]
        {
            new { Saga = saga, StartedAt = _startedAt, Verb = Hold, Lines = new[] { new { Item = item, Quantity = 1 } } },
        },
    });

    public async Task<string> NewItemAsync()
    {
        var (status, body) = await PostAsync("/item/create/5");
        Assert.True(status == 200, body);
        return JsonElement.Parse(body).GetProperty("item_id").GetString()!;
    }

    /// <summary>Returns the item's available and held pieces; null if it was not found.</summary>
    public async Task<(long Stock, long Held)?> FindAsync(string item)
    {
        using var response = await _http.GetAsync(new Uri($"/find/{item}", UriKind.Relative), Ct);
        if (response.StatusCode == HttpStatusCode.NotFound) return null;
        var found = await response.Content.ReadFromJsonAsync<JsonElement>(Ct);
        return (found.GetProperty("stock").GetInt64(), found.GetProperty("held").GetInt64());
    }

    public void Dispose()
    {
        _http.Dispose();
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit(EndLimit);
        _process.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await _http.GetAsync(new Uri("/health", UriKind.Relative), Ct);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
