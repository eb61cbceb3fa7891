using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.Testing;

namespace Tests.Cluster;

/// <summary>Another replica of a service beside those of the cluster: the same program with different settings.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30), EndLimit = TimeSpan.FromSeconds(15);

    private static readonly string[] Kept = ["ConnectionStrings__", "services__", "Shop__"];

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly ConcurrentQueue<string> _output = [];

    private ServiceProcess(Process process, int port)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        Http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(30) };
    }

    public HttpClient Http { get; }

    /// <summary>Starts a replica with the given environment variables and waits until it is ready.</summary>
    public static async Task<ServiceProcess> StartAsync(RunningCluster cluster, string service, params (string Name, string Value)[] environment)
    {
        var process = await LaunchAsync(cluster, service, environment);
        Assert.True(await Eventually.UntilAsync(process.IsReadyAsync, ready => ready, StartLimit), "It does not become ready.");
        return process;
    }

    /// <summary>Starts a replica that must exit on startup. Returns its exit code and error output.</summary>
    public static async Task<(int Code, string Errors)> FailAsync(RunningCluster cluster, string service, params (string Name, string Value)[] environment)
    {
        await using var process = await LaunchAsync(cluster, service, environment);
        await process._process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(EndLimit, TestContext.Current.CancellationToken);
        return (process._process.ExitCode, await process._errors);
    }

    /// <summary>Starts a replica that cannot become ready, waits until it reports that, stops it, and returns its output.</summary>
    public static async Task<IReadOnlyList<string>> FailedAsync(RunningCluster cluster, string service, params (string Name, string Value)[] environment)
    {
        var process = await LaunchAsync(cluster, service, environment);
        await using (process)
        {
            var answer = await Eventually.UntilAsync(process.HealthAsync, status => status is not null, StartLimit);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer);
        }

        return [.. process._output, await process._errors];
    }

    /// <summary>Returns a port with no listener.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(EndLimit, CancellationToken.None);
        _process.Dispose();
    }

    private static async Task<ServiceProcess> LaunchAsync(RunningCluster cluster, string service, (string Name, string Value)[] environment)
    {
        var running = RunningCluster.ProcessId(cluster.Instances(service)[0])!.Value;
        var command = (await File.ReadAllTextAsync($"/proc/{running}/cmdline", TestContext.Current.CancellationToken)).TrimEnd('\0').Split('\0');
        var port = FreePort();
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = new FileInfo($"/proc/{running}/cwd").ResolveLinkTarget(returnFinalTarget: true)!.FullName,
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // Addresses of its stores and other services, and the shop's settings.
        foreach (var variable in (await File.ReadAllTextAsync($"/proc/{running}/environ", TestContext.Current.CancellationToken)).Split('\0'))
        {
            if (variable.Split('=', 2) is [var key, var given] && Kept.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal)))
                start.Environment[key] = given;
        }

        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        start.Environment["API_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment.Remove("OTEL_EXPORTER_OTLP_ENDPOINT");
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new(Process.Start(start)!, port);
    }

    private async Task<bool> IsReadyAsync() => await HealthAsync() == HttpStatusCode.OK;

    private async Task<HttpStatusCode?> HealthAsync()
    {
        Assert.False(_process.HasExited, "It has ended.");
        try
        {
            using var answer = await Http.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
