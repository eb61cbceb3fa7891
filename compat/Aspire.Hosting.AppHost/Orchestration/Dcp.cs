using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// A running orchestrator (DCP, the Developer Control Plane) and its Kubernetes-style API on loopback. It watches this process and stops everything when this
/// process ends, however it ends.
/// </summary>
internal sealed class Dcp : IAsyncDisposable
{
    private const string Group = "usvc-dev.developer.microsoft.com/v1";
    private readonly HttpClient _http;
    private readonly string _session;

    private Dcp(HttpClient http, string session)
    {
        _http = http;
        _session = session;
    }

    public static async Task<Dcp> StartAsync(DcpBundle bundle, string session, string? containerRuntime, CancellationToken ct)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = SelfSigned(key);
        // With a certificate of our own it answers after 0.1 s; it would spend 2 s on making RSA keys.
        await File.WriteAllTextAsync(Path.Combine(session, "tls.crt"), certificate.ExportCertificatePem(), ct);
        await File.WriteAllTextAsync(Path.Combine(session, "tls.key"), key.ExportPkcs8PrivateKeyPem(), ct);
        var port = Ports.Free();
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

        // Detached, it is in a session of its own: Ctrl+C in the terminal reaches only the AppHost, which then stops things in order.
        List<string> arguments = ["start-apiserver", "--detach", "--monitor", Text(Environment.ProcessId), "--monitor-interval", "1", "--port", Text(port),
            "--kubeconfig", Path.Combine(session, "kubeconfig"),
            "--tls-cert-file", Path.Combine(session, "tls.crt"), "--tls-key-file", Path.Combine(session, "tls.key")];
        if (containerRuntime is not null) arguments.AddRange(["--container-runtime", containerRuntime]);
        var start = new ProcessStartInfo(bundle.Dcp, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // What it inherits, every resource inherits.
        foreach (var name in new[] { "ASPNETCORE_URLS", "DOTNET_LAUNCH_PROFILE", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT",
            "MSBUILDNODEHANDSHAKESALT" }) start.Environment.Remove(name);
        foreach (var name in start.Environment.Keys.Where(n
            => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || n.StartsWith("VSTEST", StringComparison.OrdinalIgnoreCase)
                || n.StartsWith("ConnectionStrings__", StringComparison.OrdinalIgnoreCase) || n.StartsWith("Parameters__", StringComparison.OrdinalIgnoreCase))
                    .ToList())
            start.Environment.Remove(name);
        start.Environment["DCP_SESSION_FOLDER"] = session;
        start.Environment["DCP_SECURE_TOKEN"] = token;
        start.Environment["DCP_STATE_STORE_PATH"] = Path.Combine(session, "state.sqlite3");
        start.Environment["DCP_SHUTDOWN_TIMEOUT_SECONDS"] = Text((int)Limits.Shutdown.TotalSeconds - 10);
        using (var launcher = Process.Start(start) ?? throw new DistributedApplicationException($"The orchestrator {bundle.Dcp} did not start."))
            await launcher.WaitForExitAsync(ct);

        var expected = certificate.RawData;
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, presented, _, _)
                => presented is X509Certificate2 c && c.RawDataMemory.Span.SequenceEqual(expected) },
        };
        var http = new HttpClient(handler)
        {
            BaseAddress = new Uri($"https://127.0.0.1:{Text(port)}/apis/{Group}/"),
            Timeout = Timeout.InfiniteTimeSpan, // watches and logs stay open; every other call has its own limit
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
        var dcp = new Dcp(http, session);
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var limit = Limit(ct);
                using var answer = await http.GetAsync(new Uri("executables", UriKind.Relative), limit.Token);
                if (answer.IsSuccessStatusCode) return dcp;
            }
            catch (HttpRequestException) { } // not listening yet
            if (clock.Elapsed > Limits.OrchestratorStart)
            {
                http.Dispose();
                throw new DistributedApplicationException(string.Create(CultureInfo.InvariantCulture,
                    $"The orchestrator {bundle.Dcp} does not answer after {clock.Elapsed.TotalSeconds:0} s; free some memory or disk and start again."));
            }
            await Task.Delay(20, ct);
        }
    }

    /// <summary>Creates an object; one of that name that is being deleted is waited for.</summary>
    public async Task CreateAsync(DcpKind kind, string name, JsonObject spec, CancellationToken ct)
    {
        var body = new JsonObject { ["apiVersion"] = Group, ["kind"] = kind.Kind, ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec };
        await CallAsync(() => new HttpRequestMessage(HttpMethod.Post, kind.Plural) { Content = JsonContent.Create(body) }, $"create '{name}'", ct);
    }

    /// <summary>Asks a workload to stop: SIGTERM, and SIGKILL after 6 s.</summary>
    public Task StopAsync(DcpKind kind, string name, CancellationToken ct) => CallAsync(() => new HttpRequestMessage(HttpMethod.Patch, $"{kind.Plural}/{name}")
    {
        Content = new StringContent("""{"spec":{"stop":true}}""", new MediaTypeHeaderValue("application/merge-patch+json")),
    }, $"stop '{name}'", ct);

    /// <summary>Deletes an object, stopping it first; returns when it is gone.</summary>
    public async Task DeleteAsync(DcpKind kind, string name, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Limits.ResourceStop);
        while (true)
        {
            using var answer = await _http.DeleteAsync(new Uri($"{kind.Plural}/{name}", UriKind.Relative), limit.Token);
            if (answer.StatusCode == HttpStatusCode.NotFound) return;
            await Task.Delay(50, limit.Token);
        }
    }

    /// <summary>All changes of a kind's objects, beginning with what is there. Ends only with the token.</summary>
    public async IAsyncEnumerable<DcpObject> WatchAsync(DcpKind kind, [EnumeratorCancellation] CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await using var lines = ReadLinesAsync(new Uri($"{kind.Plural}?watch=true&timeoutSeconds=240", UriKind.Relative), ct).GetAsyncEnumerator(ct);
            while (await TryNextAsync(lines))
                if (JsonSerializer.Deserialize<DcpEvent>(lines.Current, JsonSerializerOptions.Web) is { Object: { } changed })
                    yield return changed;
            await Task.Delay(100, ct); // the server ends each watch after a while; the next one begins with everything that is there
        }
    }

    /// <summary>The lines of a workload's log: <c>stdout</c>, <c>stderr</c>, <c>system</c>, ... each with a time stamp in front.</summary>
    public IAsyncEnumerable<string> LogAsync(DcpKind kind, string name, string source, bool follow, CancellationToken ct)
        => ReadLinesAsync(new Uri($"{kind.Plural}/{name}/log?source={source}&timestamps=true{(follow ? "&follow=true" : "")}", UriKind.Relative), ct);

    /// <summary>Stops all workloads and DCP itself; returns when no process is left.</summary>
    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(Limits.Shutdown);
        try
        {
            using var stop = new HttpRequestMessage(HttpMethod.Patch, "/admin/execution")
            {
                Content = new StringContent("""{"status":"Stopping","shutdownResourceCleanup":"Full"}""",
                    new MediaTypeHeaderValue("application/merge-patch+json")),
            };
            using (var accepted = await _http.SendAsync(stop, limit.Token)) accepted.EnsureSuccessStatusCode();
            // Its API ends before its processes do; all of them name the session in their arguments.
            while (IsRunning()) await Task.Delay(50, limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            // It is gone already, or its monitor of this process will end it.
        }
        _http.Dispose();
    }

    private bool IsRunning() => Directory.EnumerateDirectories("/proc").Any(process =>
    {
        try
        {
            return char.IsAsciiDigit(Path.GetFileName(process)[0])
                && File.ReadAllText(Path.Combine(process, "cmdline")).Contains(_session, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // it ended meanwhile, or is another user's
        }
    });

    private async Task CallAsync(Func<HttpRequestMessage> request, string what, CancellationToken ct)
    {
        using var limit = Limit(ct);
        while (true)
        {
            using var message = request();
            using var answer = await _http.SendAsync(message, limit.Token);
            if (answer.IsSuccessStatusCode) return;
            var status = await answer.Content.ReadFromJsonAsync<DcpStatus>(limit.Token);
            if (status?.Reason != "AlreadyExists") throw new DistributedApplicationException($"The orchestrator refused to {what}: {status?.Message}");
            await Task.Delay(50, limit.Token); // its predecessor is still going away
        }
    }

    private static async ValueTask<bool> TryNextAsync(IAsyncEnumerator<string> lines)
    {
        try
        {
            return await lines.MoveNextAsync();
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return false;
        }
    }

    private async IAsyncEnumerable<string> ReadLinesAsync(Uri uri, [EnumeratorCancellation] CancellationToken ct)
    {
        using var answer = await _http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, ct);
        if (!answer.IsSuccessStatusCode) yield break;
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(ct));
        while (await reader.ReadLineAsync(ct) is { } line) yield return line;
    }

    private static CancellationTokenSource Limit(CancellationToken ct)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(ct);
        source.CancelAfter(Limits.OrchestratorCall);
        return source;
    }

    private static X509Certificate2 SelfSigned(ECDsa key)
    {
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(30));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A kind of DCP object.</summary>
internal sealed record DcpKind(string Kind, string Plural)
{
    public static readonly DcpKind Executable = new("Executable", "executables");
    public static readonly DcpKind Container = new("Container", "containers");
}

internal sealed record DcpStatus(string? Reason, string? Message);

internal sealed record DcpEvent(string Type, DcpObject? Object);

internal sealed record DcpObject(DcpMetadata Metadata, DcpWorkloadStatus? Status);

internal sealed record DcpMetadata(string Name, DateTime? CreationTimestamp, DateTime? DeletionTimestamp);

/// <summary>What an Executable's and a Container's status have in common.</summary>
internal sealed record DcpWorkloadStatus(string? State, int? Pid, string? ContainerId, int? ExitCode, string? Message, DateTime? StartupTimestamp,
    DateTime? FinishTimestamp);
