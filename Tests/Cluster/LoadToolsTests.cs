using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.Testing;
using Tests.Repository;
using Tests.Unit;
using Tests.Unit.Deployment;

namespace Tests.Cluster;

/// <summary>The plans for JMeter and Locust against the real shop, a few seconds each.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class LoadToolsTests(ClusterFixture cluster) : IDisposable
{
    private const int LimitMs = 180_000;
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(120);

    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static string JMeterScript => Path.Combine(SourceTree.Root, "loadtest/jmeter/run_test.sh");

    private Uri Gateway => cluster.Cluster.App.GetEndpoint("gateway");

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = LimitMs)]
    public async Task JMeter_plays_all_scenarios_and_all_is_as_expected()
    {
        Assert.SkipUnless(Published.Has("jmeter"), "jmeter is not on this machine");
        var (code, output) = await RunAsync(JMeterScript, [], "--scenario", "all", "--threads", "3", "--duration", "4", "--ramp", "0", "--host", Gateway.Host,
            "--port", Gateway.Port.ToString(CultureInfo.InvariantCulture), "--out", _folder / "jmeter", "--", "-Jstorm.operations=50");
        SkipIfBroken(output);
        Assert.True(code == 0, output);
        foreach (var kind in new[] { "storm", "large answer", "large request", "create customer", "delete customer", "find deleted" })
            Assert.Contains(kind, output, StringComparison.Ordinal);
        Assert.Matches(@"\d\d+ requests, 0 failed", output);
    }

    [Fact(Timeout = LimitMs)]
    public async Task JMeter_s_script_fails_where_the_shop_does()
    {
        Assert.SkipUnless(Published.Has("jmeter"), "jmeter is not on this machine");
        var (code, output) = await RunAsync(JMeterScript, [], "--scenario", "payload", "--threads", "1", "--duration", "2", "--ramp", "0",
            "--host", "127.0.0.1", "--port", "1", "--out", _folder / "jmeter");
        SkipIfBroken(output);
        Assert.True(code == 1, output);
        Assert.Contains("failed: large answer", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--scenario must be storm, payload, mixed or all; 'rain' was given.", "--scenario", "rain")]
    [InlineData("--threads must be a whole number from 1 on; 'many' was given.", "--threads", "many")]
    [InlineData("--mode distributed needs --remote A,B.", "--mode", "distributed")]
    [InlineData("--remote goes with --mode distributed.", "--remote", "a,b")]
    [InlineData("There is no option --fast.", "--fast")]
    public async Task JMeter_s_script_says_what_is_wrong(string message, params string[] arguments)
    {
        var (code, output) = await RunAsync(JMeterScript, [], arguments);
        Assert.Equal(64, code);
        Assert.StartsWith(message, output, StringComparison.Ordinal);
    }

    [Fact(Timeout = LimitMs)]
    public async Task Locust_plays_the_six_scenarios_and_nothing_fails()
    {
        Assert.SkipUnless(Published.Has("locust"), "locust is not on this machine");
        var (code, output) = await RunAsync("locust", [("SHOP_WEIGHTS", "item=1,one=1,two=1,remove=1,no-stock=1,no-credit=1")],
            "--locustfile", Path.Combine(SourceTree.Root, "loadtest/locust/locustfile.py"), "--headless", "--users", "4", "--spawn-rate", "4",
            "--run-time", "4s", "--host", Gateway.GetLeftPart(UriPartial.Authority), "--only-summary", "--csv", _folder / "locust");
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
        var (code, output) = await RunAsync("kubectl", [], "kustomize", Path.Combine(SourceTree.Root, "loadtest/locust"));
        Assert.True(code == 0, output);
        Assert.Equal(["ConfigMap", "Deployment", "Deployment", "Service"],
            Yaml.Documents(output).Select(static document => document.Text("kind")).Order(StringComparer.Ordinal));
        Assert.Contains("class Shopper(HttpUser)", output, StringComparison.Ordinal);
        Assert.DoesNotContain("part-of: shop\n", output, StringComparison.Ordinal); // the shop's policies are for its own pods
    }

    // Debian 12's JMeter 2.13 runs no plan at all: its own classes are refused by the XStream that Debian gives it.
    private static void SkipIfBroken(string output) => Assert.SkipWhen(output.Contains("ForbiddenClassException: org.apache.jmeter", StringComparison.Ordinal),
        "this JMeter cannot read any plan (Debian's 2.13 with its newer XStream): install 5.5 or later");

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
