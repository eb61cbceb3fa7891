using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.Versioning;
using System.Text;
using System.Text.RegularExpressions;
using Aspire.Hosting.Testing;
using Tests.Repository;
using Tests.Unit;
using Tests.Unit.Deployment;

namespace Tests.Cluster;

/// <summary>Runs the JMeter and Locust plans against the real shop for a few seconds each.</summary>
[Collection(WholeShop.Name), Trait("Category", "Long"), SupportedOSPlatform("linux")]
public sealed partial class LoadToolsTests(ClusterFixture cluster) : IDisposable
{
    private const int LimitMs = 180_000;
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(120);

    // Steps of a customer in the JMeter plan.
    private static readonly string[] Steps = ["create customer", "find customer", "replace customer", "list customers", "delete customer", "find deleted"];

    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string JMeterScript => Path.Combine(SourceTree.Root, "LoadTest/JMeter/run_test.sh");

    private static string SearchPath => Environment.GetEnvironmentVariable("PATH") ?? "";

    // Debian's JMeter needs a workaround; other distributions do not.
    private static string JMeterFolder => SearchPath.Split(Path.PathSeparator).First(static folder => File.Exists(Path.Combine(folder, "jmeter"))) switch
    {
        "/usr/bin" or "/bin" => Path.Combine(SourceTree.Root, "Tests/Cluster/DebianJMeter"),
        var folder => folder,
    };

    private static (string, string)[] JMeterPath => [("PATH", $"{JMeterFolder}:{SearchPath}")];

    private Uri Gateway => cluster.Cluster.App.GetEndpoint("gateway");

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = LimitMs)]
    public async Task JMeter_plays_all_scenarios_without_failures()
    {
        Assert.SkipUnless(Published.Has("jmeter"), "jmeter is not on this machine");
        var (code, output) = await RunAsync(JMeterScript, JMeterPath, [.. AtGateway("all", threads: 3), "--", "-Jstorm.operations=50"]);
        Assert.True(code == 0, output);
        var samples = Samples(output);
        string[] stress = ["storm", "batch insert", "heavy computation", "large answer", "large request"];
        Assert.Equal([.. Steps.Concat(stress).Order(StringComparer.Ordinal)], samples.Keys.Order(StringComparer.Ordinal));
        Assert.Contains($"\n{samples.Values.Sum()} requests, 0 failed\n", output, StringComparison.Ordinal);
        // One of three threads plays the steps in sequence, and stops between two of them.
        Assert.All(Steps.Skip(1).Zip(Steps), pair => Assert.InRange(samples[pair.Second] - samples[pair.First], 0, 1));
        Assert.InRange(samples[Steps[0]] - samples[Steps[^1]], 0, 1);
        Assert.InRange(samples["large answer"] - samples["large request"], 0, 1);
        Assert.Equal(["jmeter.log", "results.jtl"], Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order());
    }

    [Fact(Timeout = LimitMs)]
    public async Task JMeter_runs_on_two_servers_and_collects_the_results_of_both()
    {
        Assert.SkipUnless(Published.Has("jmeter"), "jmeter is not on this machine");
        string[] servers = [$"127.0.0.1:{ServiceProcess.FreePort()}", $"127.0.0.1:{ServiceProcess.FreePort()}"];
        var processes = new List<Process>();
        try
        {
            processes.AddRange(servers.Select(StartJMeterServer));
            foreach (var server in servers)
                Assert.Contains("registry on port", await Eventually.UntilAsync(() => LogAsync(server), log => log.Contains("Bound to"), EndLimit));
            var (code, output) = await RunAsync(JMeterScript, JMeterPath, [.. AtGateway("mixed", threads: 2), "--mode", "distributed", "--remote",
                string.Join(',', servers), "--", "-Djava.rmi.server.hostname=127.0.0.1", "-Jserver.rmi.ssl.disable=true"]);
            Assert.True(code == 0, output);
            Assert.Equal(Steps.Order(StringComparer.Ordinal), Samples(output).Keys.Order(StringComparer.Ordinal));
            // Each server runs the requested number of threads. The scenario is the plan's third thread group.
            foreach (var server in servers)
                Assert.Matches(@"(?s)Thread finished: \S*mixed 3-.*Thread finished: \S*mixed 3-", await LogAsync(server));
        }
        finally
        {
            foreach (var process in processes)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None).WaitAsync(EndLimit, CancellationToken.None);
                process.Dispose();
            }
        }
    }

    [Fact(Timeout = LimitMs)]
    public async Task JMeter_s_script_fails_without_a_shop()
    {
        Assert.SkipUnless(Published.Has("jmeter"), "jmeter is not on this machine");
        var (code, output) = await RunAsync(JMeterScript, JMeterPath, "--scenario", "payload", "--threads", "1", "--duration", "2", "--ramp", "0",
            "--host", "127.0.0.1", "--port", "1", "--out", _folder / "jmeter");
        Assert.True(code == 1, output);
        Assert.Matches(@"\nfailed: large answer Non HTTP response code: \S+ +\d+\n(\d+) requests, \1 failed\n", output);
    }

    [Fact(Timeout = LimitMs)]
    public async Task JMeter_s_script_fails_on_an_unexpected_response()
    {
        Assert.SkipUnless(Published.Has("jmeter"), "jmeter is not on this machine");
        var port = ServiceProcess.FreePort();
        using var other = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
        other.Start();
        var answers = AnswerAsync(other, "{}");
        var (code, output) = await RunAsync(JMeterScript, JMeterPath, "--scenario", "all", "--threads", "3", "--duration", "2", "--ramp", "0",
            "--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--out", _folder / "jmeter");
        other.Stop();
        await answers;
        Assert.True(code == 1, output);
        // The first request of each scenario: two have an unexpected text, one an unexpected status.
        Assert.Equal(["create customer", "large answer", "storm"], Samples(output).Keys.Order(StringComparer.Ordinal));
        Assert.Matches(@"\n(\d+) requests, \1 failed\n", output);
    }

    [Theory]
    [InlineData("Version 2.13.20150311", false)]
    [InlineData("    _    ____\n  \\___/  5.6.3\n\nCopyright (c) 1999-2024 The Apache Software Foundation", true)]
    public async Task JMeter_creates_a_report_if_possible(string version, bool makes)
    {
        const string Results = "timeStamp,elapsed,label,responseCode,success\n1,1,storm,200,true";
        var (code, output) = await RunAsync(JMeterScript, OtherJMeter(version, Results), "--out", "out");
        Assert.True(code == 0, output);
        Assert.Equal(makes, output.Contains(" -e -o out/report\n", StringComparison.Ordinal));
        Assert.Equal(makes, !output.Contains("makes no HTML report; 3.0 and later do.", StringComparison.Ordinal));
        Assert.EndsWith("1 requests, 0 failed\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JMeter_s_script_fails_if_JMeter_cannot_read_the_plan()
    {
        var (code, output) = await RunAsync(JMeterScript, OtherJMeter("Version 2.13", results: ""), "--out", "out");
        Assert.True(code == 1, output);
        Assert.EndsWith("JMeter wrote no results: see out/jmeter.log.\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--scenario must be storm, payload, mixed or all; 'rain' was given.", "--scenario", "rain")]
    [InlineData("--threads must be a whole number, at least 1; 'many' was given.", "--threads", "many")]
    [InlineData("--mode distributed requires --remote A,B.", "--mode", "distributed")]
    [InlineData("--remote requires --mode distributed.", "--remote", "a,b")]
    [InlineData("Unknown option --fast.", "--fast")]
    public async Task JMeter_s_script_reports_invalid_arguments(string message, params string[] arguments)
    {
        var (code, output) = await RunAsync(JMeterScript, [], arguments);
        Assert.Equal(64, code);
        Assert.StartsWith(message, output, StringComparison.Ordinal);
    }

    [Fact(Timeout = LimitMs)]
    public async Task Locust_plays_the_six_scenarios_without_failures()
    {
        Assert.SkipUnless(Published.Has("locust"), "locust is not on this machine");
        var (code, output) = await RunAsync("locust", [("SHOP_WEIGHTS", "item=1,one=1,two=1,remove=1,no-stock=1,no-credit=1")],
            "--locustfile", Path.Combine(SourceTree.Root, "LoadTest/Locust/locustfile.py"), "--headless", "--users", "4", "--spawn-rate", "4",
            "--run-time", "10s", "--host", Gateway.GetLeftPart(UriPartial.Authority), "--only-summary", "--csv", _folder / "locust");
        Assert.True(code == 0, output);
        var rows = (await File.ReadAllLinesAsync(_folder / "locust_stats.csv", Ct)).Skip(1).Select(static line => line.Split(',')).ToDictionary(
            static row => row[1],
            static row => (Count: int.Parse(row[2], CultureInfo.InvariantCulture), Failures: int.Parse(row[3], CultureInfo.InvariantCulture)));
        Assert.True(rows["checkout"].Count > 0 && rows["find order"].Count > 0, output);
        Assert.Equal(0, rows["Aggregated"].Failures);
    }

    [Fact]
    public async Task Locust_s_component_builds_with_its_plan_beside_the_shop_s_own_objects()
    {
        Assert.SkipUnless(Published.Has("kubectl"), "kubectl is not on this machine");
        var (code, output) = await RunAsync("kubectl", [], "kustomize", Path.Combine(SourceTree.Root, "LoadTest/Locust"));
        Assert.True(code == 0, output);
        Assert.Equal(["ConfigMap", "Deployment", "Deployment", "Service"],
            Yaml.Documents(output).Select(static document => document.Text("kind")).Order(StringComparer.Ordinal));
        Assert.Contains("class Shopper(HttpUser)", output, StringComparison.Ordinal);
        Assert.DoesNotContain("part-of: shop\n", output, StringComparison.Ordinal); // the shop's policies apply only to its own pods
    }

    // Number of samples of each kind, as counted by the script.
    private static Dictionary<string, int> Samples(string output) => SampleLine().Matches(output).ToDictionary(
        static line => line.Groups[1].Value, static line => int.Parse(line.Groups[2].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex("^([a-z][a-z ]*[a-z]) +([0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex SampleLine();

    private string[] AtGateway(string scenario, int threads) =>
    [
        "--scenario", scenario, "--threads", threads.ToString(CultureInfo.InvariantCulture), "--duration", "10", "--ramp", "0", "--host", Gateway.Host,
        "--port", Gateway.Port.ToString(CultureInfo.InvariantCulture), "--out", _folder / "jmeter",
    ];

    // A fake JMeter.
    private (string, string)[] OtherJMeter(string version, string results)
    {
        var program = _folder.Write("bin/jmeter", $"""
            #!/bin/sh
            [ "$1" != --version ] || exec printf '%s\n' '{version}'
            echo "$*"
            printf %s '{results}' >out/results.jtl
            """);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return [("PATH", $"{Path.GetDirectoryName(program)}:{SearchPath}")];
    }

    private static async Task AnswerAsync(HttpListener listener, string text)
    {
        try
        {
            while (true) (await listener.GetContextAsync()).Response.Close(Encoding.UTF8.GetBytes(text), willBlock: true);
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The listener was stopped, or the client closed the connection at the end.
        }
    }

    private Process StartJMeterServer(string server)
    {
        var port = server.Split(':')[1];
        string[] options = ["-s", "-Djava.rmi.server.hostname=127.0.0.1", $"-Dserver_port={port}", "-Jserver.rmi.ssl.disable=true", "-j", ServerLog(server)];
        var start = new ProcessStartInfo(Path.Combine(JMeterFolder, "jmeter"), options) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private string ServerLog(string server) => _folder / $"server-{server.Split(':')[1]}.log";

    private async Task<string> LogAsync(string server) => File.Exists(ServerLog(server)) ? await File.ReadAllTextAsync(ServerLog(server), Ct) : "";

    private async Task<(int Code, string Output)> RunAsync(string program, (string Name, string Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.Path };
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(Ct), process.StandardError.ReadToEndAsync(Ct));
            await process.WaitForExitAsync(Ct).WaitAsync(EndLimit, Ct);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
