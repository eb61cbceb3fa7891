using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using AppHost;
using Tests.Faults;
using Tests.Repository;
using Tests.Unit;

namespace Tests.Cluster;

/// <summary>Runs the AppHost as a separate process, as <c>dotnet run --project AppHost</c> does.</summary>
[Collection(Alone.Name), Trait("Category", "Long")]
public sealed class AppHostProcessTests : IDisposable
{
    private const int LimitMs = 300_000;

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3), EndLimit = TimeSpan.FromSeconds(60), GoneLimit = TimeSpan.FromSeconds(20);

    private readonly TempFolder _data = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [SupportedOSPlatform("linux")] // and so are native engines
    public AppHostProcessTests() => File.SetUnixFileMode(_data.Path, File.GetUnixFileMode(_data.Path) | UnixFileMode.OtherExecute);

    public void Dispose() => _data.Dispose();

    [Fact(Timeout = LimitMs)]
    public async Task Data_survives_a_stop_and_neither_SIGTERM_nor_a_kill_leaves_a_process()
    {
        var port = ServiceProcess.FreePort();
        string user;
        await using (var first = Start(port))
        {
            await first.HealthyAsync();
            Assert.Contains(first.Output, line => line.Contains($"http://localhost:{port}", StringComparison.Ordinal));
            Assert.Contains(first.Output, line => line.Contains("/login?t=", StringComparison.Ordinal));
            using var shop = new ShopClient(new Uri($"http://localhost:{port}"));
            user = await shop.NewUserAsync(7);
            Assert.True(Signal.Terminate.TrySend(first.Id));
            Assert.Equal(0, await first.ExitCodeAsync());
            await NothingIsLeftAsync();
        }

        await using (var second = Start(port))
        {
            await second.HealthyAsync();
            using var shop = new ShopClient(new Uri($"http://localhost:{port}"));
            Assert.Equal(7, await shop.CreditAsync(user));
            Assert.True(Signal.Kill.TrySend(second.Id));
            await NothingIsLeftAsync();
        }
    }

    [Fact(Timeout = LimitMs)]
    public async Task A_port_in_use_is_reported_in_one_sentence()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        await AssertFailsAsync(((IPEndPoint)listener.LocalEndpoint).Port, "of 'gateway' is in use");
    }

    [Fact(Timeout = LimitMs)]
    public Task A_service_that_fails_at_startup_ends_the_run()
        => AssertFailsAsync(ServiceProcess.FreePort(), "during startup; fix the cause shown in its last lines above", ("Shop__OperatorKey", "short"));

    [Fact(Timeout = LimitMs)]
    public Task A_requested_container_runtime_that_does_not_respond_ends_the_run()
        => AssertFailsAsync(ServiceProcess.FreePort(), "ASPIRE_CONTAINER_RUNTIME is 'no-such-engine'", ("ASPIRE_CONTAINER_RUNTIME", "no-such-engine"));

    [Fact(Timeout = LimitMs)]
    public Task A_number_of_replicas_out_of_range_ends_the_run()
        => AssertFailsAsync(ServiceProcess.FreePort(), "Replicas:order-api is 9", ("Replicas__order-api", "9"));

    [Fact(Timeout = LimitMs)]
    public async Task A_start_that_waits_for_a_database_names_it()
    {
        await using var run = Start(ServiceProcess.FreePort(), ("ConnectionStrings__redis", "127.0.0.1:1"));
        var output = await Eventually.UntilAsync(
            () => Task.FromResult(string.Join('\n', run.Output)), text => text.Contains("not healthy yet: ", StringComparison.Ordinal), StartLimit);
        Assert.Contains("redis (", output.Split("not healthy yet: ")[1].Split('\n')[0], StringComparison.Ordinal);
    }

    private async Task AssertFailsAsync(int port, string sentence, params (string Name, string Value)[] environment)
    {
        await using var run = Start(port, environment);
        Assert.Equal(1, await run.ExitCodeAsync());
        var error = Assert.Single(run.Errors, line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.Contains(sentence, error, StringComparison.Ordinal);
        await NothingIsLeftAsync();
    }

    /// <summary>Finds all processes of a run: each inherits the run's data folder in its environment or arguments.</summary>
    private Task NothingIsLeftAsync() => Eventually.NothingAsync(
        () => Task.FromResult(string.Join('\n', ProcessTable.Mentioning(_data.Path).Select(ProcessTable.Describe))), GoneLimit);

    private Run Start(int gatewayPort, params (string Name, string Value)[] environment)
    {
        var program = BuiltProgram.Find(Path.Combine(SourceTree.Root, "AppHost/AppHost.csproj"));
        Assert.NotNull(program);
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = SourceTree.Root };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = start.Environment["DOTNET_ENVIRONMENT"] = "Development";
        start.Environment["DOTNET_ROOT"] = BuiltProgram.DotNetRoot;
        start.Environment["ASPIRE_CONTAINER_RUNTIME"] = "none";
        start.Environment["XDG_DATA_HOME"] = _data.Path;
        start.Environment["Gateway__Port"] = gatewayPort.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new Run(Process.Start(start)!);
    }

    private sealed class Run : IAsyncDisposable
    {
        private readonly Process _process;
        private readonly ConcurrentQueue<string> _output = [], _errors = [];

        public Run(Process process)
        {
            _process = process;
            process.OutputDataReceived += (_, e) => _output.Enqueue(e.Data ?? "");
            process.ErrorDataReceived += (_, e) => _errors.Enqueue(e.Data ?? "");
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public int Id => _process.Id;

        public IEnumerable<string> Output => _output;

        public IEnumerable<string> Errors => _errors;

        /// <summary>Waits for the last line of the start-up table.</summary>
        public async Task HealthyAsync()
        {
            var isHealthy = await Eventually.UntilAsync(() => Task.FromResult(_process.HasExited
                || _output.Any(line => line.Contains("resources are healthy", StringComparison.Ordinal))), done => done, StartLimit);
            Assert.True(isHealthy && !_process.HasExited, $"It does not start:\n{string.Join('\n', _output.Concat(_errors))}");
        }

        public async Task<int> ExitCodeAsync()
        {
            await _process.WaitForExitAsync(Ct).WaitAsync(StartLimit, Ct);
            return _process.ExitCode;
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited) Signal.Terminate.TrySend(_process.Id);
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(EndLimit, CancellationToken.None);
            _process.Dispose();
        }
    }
}
