using System.Net;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Tests.Cluster;

namespace Tests.Security;

/// <summary>A cluster never writes a secret, even when it fails because of one: with all logs at Debug, after failed logins and store outages.</summary>
[Collection(Guarded.Name), Trait("Category", "Long")]
public sealed class SecretTests(GuardedCluster guarded) : IDisposable
{
    private const int LimitMs = 300_000;

    private static readonly string[] Stores = ["postgres", "redis", "mongodb"];

    private static readonly string[] SecretWords = ["PASSWORD", "SECRET", "APIKEY", "API_KEY", "OTLP_HEADERS"];

    /// <summary>A service, its connection string, and an endpoint that needs the store.</summary>
    private static readonly (string Service, string Connection, string Path)[] Users =
    [
        ("stock-api", "redis", "/stock/find/x"), ("payment-api", "payments", "/payment/find_user/x"), ("order-api", "orders", "/orders/find/x"),
        ("customer-api", "customers", "/customers/x"),
    ];

    /// <summary>Time until the last events have reached the dashboard.</summary>
    private static readonly TimeSpan TelemetryDelay = TimeSpan.FromSeconds(3), ReadLimit = TimeSpan.FromSeconds(30);

    private readonly RunningCluster _cluster = guarded.Cluster;
    private readonly HttpClient _http = new() { Timeout = ReadLimit };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = LimitMs)]
    public async Task No_secret_is_logged_or_stored()
    {
        var secrets = Secrets();
        Assert.Superset(new HashSet<string> { "cookie-secret", "mongodb-password", "postgres-password", "redis-password" }, secrets.Keys.ToHashSet());
        Assert.True(secrets.Count >= 6, string.Join(' ', secrets.Keys));
        var wrong = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        secrets["a wrong password"] = wrong;
        var written = await FailLoginsAsync(secrets, wrong);
        await FailStoresAsync();
        written.Add("the AppHost", [.. guarded.AppHostLines]);
        foreach (var instance in _cluster.All) written.Add($"the console of {instance.ResourceId}", await ConsoleAsync(instance.ResourceId));
        await Task.Delay(TelemetryDelay, Ct);
        foreach (var kind in (string[])["logs", "spans", "traces", "resources"]) written.Add($"the dashboard's {kind}", [await TelemetryAsync(kind)]);
        foreach (var file in RunFiles()) written[file] = [await File.ReadAllTextAsync(file, Ct)];
        foreach (var id in _cluster.ProcessIds.Prepend(Environment.ProcessId).SelectMany(ProcessTable.Tree).Distinct())
            written[$"the command line of {id}"] = [ProcessTable.Describe(id)];

        // Self-check: the logs contain the expected lines.
        foreach (var (service, _, _) in Users)
            Assert.Contains(written, one => one.Key.Contains($"console of {service}", StringComparison.Ordinal) && one.Value.Count > 5);
        Assert.Contains("order-api", written["the dashboard's logs"][0], StringComparison.Ordinal);
        Assert.True(written["the AppHost"].Count > 20);
        var leaks =
            from one in written from line in one.Value from secret in secrets
            where Forms(secret.Value).Any(form => line.Contains(form, StringComparison.Ordinal))
            select $"{one.Key} has {secret.Key}: {Around(line, secret.Value)}";
        Assert.Equal("", string.Join('\n', leaks));
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Secrets of the model, and the keys that the orchestrator and the dashboard use for each other.</summary>
    private Dictionary<string, string> Secrets()
    {
        var secrets = guarded.Secrets.ToDictionary();
        foreach (var instance in _cluster.All)
            foreach (var variable in instance.Snapshot.EnvironmentVariables)
            {
                if (variable.Value is not { Length: >= 12 } value || value == ClusterFixture.BrowserToken) continue;
                if (SecretWords.Any(word => variable.Name.Contains(word, StringComparison.OrdinalIgnoreCase)))
                    secrets.TryAdd($"{instance.Resource.Name} {variable.Name}", value.Split('=', 2)[^1]); // in OTLP_HEADERS, the part after the name
            }

        return secrets;
    }

    // In plain text, URL-encoded, in base64, and in JSON.
    private static IEnumerable<string> Forms(string secret)
        => new[] { secret, Uri.EscapeDataString(secret), Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).TrimEnd('='),
            System.Text.Json.JsonEncodedText.Encode(secret).ToString() }.Distinct();

    // The surrounding text without the secret.
    private static string Around(string line, string secret)
    {
        var at = Math.Max(line.IndexOf(secret, StringComparison.Ordinal), 0);
        return line[Math.Max(at - 160, 0)..Math.Min(at + secret.Length + 40, line.Length)].Replace(secret, "***", StringComparison.Ordinal);
    }

    private async Task<Dictionary<string, IReadOnlyList<string>>> FailLoginsAsync(Dictionary<string, string> secrets, string wrong)
    {
        var written = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var (service, connection, _) in Users)
        {
            var right = (await _cluster.App.GetConnectionStringAsync(connection, Ct))!;
            var password = secrets.Values.Where(value => right.Contains(Uri.EscapeDataString(value), StringComparison.Ordinal)
                || right.Contains(value, StringComparison.Ordinal)).Distinct().Single();
            var changed = right.Replace(Uri.EscapeDataString(password), wrong, StringComparison.Ordinal).Replace(password, wrong, StringComparison.Ordinal);
            written.Add($"{service} with a wrong password", await ServiceProcess.FailedAsync(_cluster, service, ($"ConnectionStrings__{connection}", changed),
                ("Logging__LogLevel__Default", "Debug")));
        }

        return written;
    }

    private async Task FailStoresAsync()
    {
        foreach (var store in Stores) await _cluster.CommandAsync(store, KnownResourceCommands.StopCommand);
        try
        {
            foreach (var (_, _, path) in Users)
                await Eventually.EqualAsync(HttpStatusCode.ServiceUnavailable, async () => (await guarded.Shop.SendAsync("GET", path)).Status, ReadLimit);
        }
        finally
        {
            foreach (var store in Stores) await _cluster.CommandAsync(store, KnownResourceCommands.StartCommand);
        }

        foreach (var (_, _, path) in Users)
            await Eventually.EqualAsync(HttpStatusCode.NotFound, async () => (await guarded.Shop.SendAsync("GET", path)).Status, ReadLimit);
    }

    private async Task<IReadOnlyList<string>> ConsoleAsync(string resource)
    {
        List<string> lines = [];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(ReadLimit);
        await foreach (var batch in _cluster.App.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync(resource).WithCancellation(limit.Token))
            lines.AddRange(batch.Select(line => line.Content));
        return lines;
    }

    private async Task<string> TelemetryAsync(string kind)
    {
        var environment = _cluster.Instances("aspire-dashboard").Single().Snapshot.EnvironmentVariables.ToDictionary(v => v.Name, v => v.Value);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(environment["ASPNETCORE_URLS"]!.Split(';')[0]), $"/api/telemetry/{kind}"));
        request.Headers.Add("x-api-key", environment["DASHBOARD__API__PRIMARYAPIKEY"]);
        using var answer = await _http.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Ct);
    }

    // All logs of this run. Configuration with passwords is stored beside them, in folders that only their owner can read.
    private static IEnumerable<string> RunFiles()
        => Directory.GetDirectories(Path.GetTempPath(), $"aspire-run-{Environment.ProcessId}-*")
            .SelectMany(folder => Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".log" or ".out" or ".err" or ".txt");
}
