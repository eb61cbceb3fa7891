using System.Diagnostics;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using LoadTest.Checkouts;
using LoadTest.Reports;
using LoadTest.Scenarios;
using Tests.Faults;
using Tests.Unit;
using Tests.Unit.LoadTest;

namespace Tests.Cluster;

/// <summary>Runs each LoadTest command against the real shop for a second or two: all checks pass, and the reports show it.</summary>
[Collection(WholeShop.Name), Trait("Category", "Long")]
public sealed class LoadTestTests(ClusterFixture cluster) : IDisposable
{
    private const int LimitMs = 120_000;
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(60);

    private readonly TempFolder _folder = new();
    private readonly StringWriter _output = new();

    public static TheoryData<string, string> Scenarios
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var set in Sets)
                foreach (var scenario in set.All) data.Add(set.Name, scenario.Name);
            return data;
        }
    }

    private static ScenarioSet[] Sets => [ShopScenarios.Set, StormScenarios.Set, BrowseScenarios.Set];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Target => cluster.Cluster.App.GetEndpoint("gateway").GetLeftPart(UriPartial.Authority);

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
    }

    [Theory(Timeout = LimitMs), MemberData(nameof(Scenarios))]
    public async Task Every_scenario_ends_as_expected(string command, string scenario)
    {
        var report = await RunAsync(command, "--weights", scenario, "--users", "4", "--ramp", "0", "--duration", "1");
        Assert.True(report.IsRight && report.ErrorCount == 0, _output.ToString());
        var outcome = Assert.Single(report.Outcomes);
        Assert.True(outcome is { AsExpected: >= 4, Wrong: 0, Failed: 0, Unfinished: 0 }, _output.ToString()); // users complete their scenario
        Assert.Contains($"\n{scenario} ", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = LimitMs)]
    public async Task An_open_loop_over_two_addresses_sends_at_its_rate_after_a_ramp()
    {
        var report = await RunAsync("shop", "--rate", "100", "--ramp", "1", "--duration", "2", "--target", $"{Target},{Target}", "--users", "16");
        Assert.True(report.IsRight, _output.ToString());
        Assert.InRange(report.Arrivals!.Sent + report.Arrivals.Dropped, 198, 202);
        Assert.Equal(2, report.Targets.Count);
        Assert.Contains("<svg", await File.ReadAllTextAsync(_folder / "report.html", Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = LimitMs)]
    public async Task Of_200_users_who_want_one_of_20_pieces_20_get_it()
    {
        var json = _folder / "report.json";
        var (code, output, errors) = await Task.Run(() => CommandLine.Run("consistency", "--target", Target, "--size", "200", "--json", json), Ct);
        Assert.True(code == 0, output + string.Concat(errors));
        Assert.Contains("consistent yes: 20 of 200 got one of 20 pieces", output, StringComparison.Ordinal);
        var report = RunReport.Read(json);
        Assert.Equal((200, 200), (report.Handled, report.Outcomes[0].AsExpected));
    }

    [Fact(Timeout = LimitMs)]
    public async Task Checkouts_are_measured_and_the_books_in_the_databases_balance()
    {
        var (app, json, html) = (cluster.Cluster.App, _folder / "report.json", _folder / "report.html");
        string[] arguments =
        [
            "checkout", "--target", Target, "--orders", "2000", "--items", "50", "--users", "50", "--connections", "8", "--duration", "1", "--warmup", "0",
            "--no-bare", "--postgres", (await app.GetConnectionStringAsync("orders", Ct))!, "--redis", (await app.GetConnectionStringAsync("redis", Ct))!,
            "--json", json, "--html", html,
        ];
        var (code, output, errors) = await Task.Run(() => CommandLine.Run(arguments), Ct);
        Assert.True(code == 0, output + string.Concat(errors));
        Assert.Contains("ledger: balanced; ", output, StringComparison.Ordinal);
        Assert.Matches("\npostgres   .*fsync=on, .*; growth a checkout: databases ", output);
        Assert.Matches("\nredis      appendfsync=always, appendonly=yes, .*redis_version=.*; growth a checkout: append-only file ", output);
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(json, Ct));
        Assert.True(report.RootElement.GetProperty("committed").GetInt64() > 0, output);
        Assert.Equal(report.RootElement.GetProperty("committed").GetInt64(), RunReport.Read(json).Handled);
        Assert.Contains("LoadTest checkout", await File.ReadAllTextAsync(html, Ct), StringComparison.Ordinal);
    }

    [Fact(Timeout = LimitMs)]
    public async Task A_mix_is_measured_by_kind_and_the_books_contain_its_changes()
    {
        var json = _folder / "report.json";
        string[] arguments =
        [
            "mix", "--target", Target, "--orders", "2000", "--items", "50", "--users", "50", "--connections", "8", "--duration", "1", "--warmup", "0",
            "--no-bare", "--json", json,
        ];
        var (code, output, errors) = await Task.Run(() => CommandLine.Run(arguments), Ct);
        Assert.True(code == 0, output + string.Concat(errors));
        Assert.Contains("ledger: balanced; ", output, StringComparison.Ordinal);
        Assert.Equal(ShopMix.Names, RunReport.Read(json).Requests.Where(static request => request.Count > 0).Select(static request => request.Name));
    }

    [Fact(Timeout = LimitMs)]
    public async Task Stopped_early_it_reports_the_results_so_far()
    {
        var json = _folder / "report.json";
        using var process = Process.Start(new ProcessStartInfo("dotnet", [
            Path.Combine(AppContext.BaseDirectory, "LoadTest.dll"), "browse", "--target", Target, "--users", "2", "--ramp", "0", "--duration", "600",
            "--json", json])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(Ct);
            while (await process.StandardOutput.ReadLineAsync(Ct) is { } line && !line.Contains("measured ", StringComparison.Ordinal))
                await _output.WriteLineAsync(line);
            Signal.Terminate.Send(process.Id);
            await _output.WriteAsync(await process.StandardOutput.ReadToEndAsync(Ct) + await errors);
            await process.WaitForExitAsync(Ct).WaitAsync(EndLimit, Ct);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        Assert.True(process.ExitCode == 0, _output.ToString());
        Assert.Contains("stopped    early", _output.ToString(), StringComparison.Ordinal);
        var report = RunReport.Read(json);
        Assert.True(report is { IsStoppedEarly: true, Handled: > 0, MeasuredSeconds: > 0.5 and < 60 }, _output.ToString());
    }

    [Fact(Timeout = LimitMs)]
    public async Task In_the_dashboard_it_waits_to_be_started()
    {
        var app = cluster.Cluster.App;
        Assert.Equal(KnownResourceStates.NotStarted, State());
        Assert.True((await app.ResourceCommands.ExecuteCommandAsync("load-test", KnownResourceCommands.StartCommand, Ct)).Success);
        try
        {
            await Eventually.EqualAsync(KnownResourceStates.Running, () => Task.FromResult(State()), EndLimit);
            await Eventually.EqualAsync(true, async () => (await LogAsync()).Contains("measured ", StringComparison.Ordinal), EndLimit);
        }
        finally
        {
            await app.ResourceCommands.ExecuteCommandAsync("load-test", KnownResourceCommands.StopCommand, CancellationToken.None);
        }

        await Eventually.EqualAsync(true, () => Task.FromResult(KnownResourceStates.TerminalStates.Contains(State())), EndLimit);
        Assert.Contains("stopped    early", await LogAsync(), StringComparison.Ordinal);

        string? State() => Assert.Single(cluster.Cluster.Instances("load-test")).Snapshot.State?.Text;
    }

    private async Task<string> LogAsync()
    {
        var lines = new List<string>();
        var loggers = (ResourceLoggerService)cluster.Cluster.App.Services.GetService(typeof(ResourceLoggerService))!;
        await foreach (var batch in loggers.GetAllAsync(cluster.Cluster.Instances("load-test")[0].ResourceId).WithCancellation(Ct))
            lines.AddRange(batch.Select(static line => line.Content));
        return string.Join('\n', lines);
    }

    private async Task<RunReport> RunAsync(string command, params string[] arguments)
    {
        var json = _folder / "report.json";
        string[] target = arguments.Contains("--target") ? [] : ["--target", Target];
        var (code, output, errors) = await Task.Run(
            () => CommandLine.Run([command, .. arguments, .. target, "--json", json, "--html", _folder / "report.html"]), Ct);
        await _output.WriteAsync(output + string.Concat(errors));
        Assert.True(code == 0, _output.ToString());
        return RunReport.Read(json);
    }
}
