using System.Text.RegularExpressions;
using EngineRoots;
using Tests.Repository;
using Tests.Unit.Deployment;

namespace Tests.Monitoring;

/// <summary>The alert rules, judged by Prometheus's own tool.</summary>
[Trait("Category", "Unit")]
public sealed partial class AlertTests
{
    // The first test on a machine fetches the programs.
    private const int LimitMs = 180_000;

    private static readonly string Folder = Path.Combine(SourceTree.Root, "monitoring");
    private static readonly ToolOptions Limits = new() { Timeout = TimeSpan.FromSeconds(60) };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = LimitMs)]
    public Task The_configuration_and_its_rules_are_valid() => PromtoolAsync("check", "config", Path.Combine(Folder, "prometheus.yml"));

    /// <summary>Each alert fires in its case, and is silent in another.</summary>
    [Fact(Timeout = LimitMs)]
    public Task Alerts_fire_when_they_should() => PromtoolAsync("test", "rules", Path.Combine(Folder, "alerts.test.yml"));

    [Fact]
    public void Every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not()
    {
        var cases = Yaml.Documents(SourceTree.Read("monitoring/alerts.test.yml"))[0].Items("tests").SelectMany(static test => test.Items("alert_rule_test"))
            .ToLookup(static one => one.Text("alertname"), static one => one.Items("exp_alerts").Length > 0);
        Assert.All(AlertRule.All(), rule => Assert.Equal([false, true], cases[rule.Name].Distinct().Order()));
    }

    [Fact]
    public void Every_alert_has_a_severity_a_summary_and_a_section_of_the_runbook()
    {
        var sections = Section().Matches(SourceTree.Read("docs/runbook.md")).ToDictionary(
            static section => section.Groups["name"].Value, static section => section.Groups["text"].Value, StringComparer.Ordinal);
        Assert.All(AlertRule.All(), rule =>
        {
            Assert.Contains(rule.Severity, new[] { "critical", "warning" });
            Assert.EndsWith(".", rule.Summary, StringComparison.Ordinal);
            Assert.Equal($"docs/runbook.md#{rule.Name.ToLowerInvariant()}", rule.Runbook, StringComparer.Ordinal);
            Assert.Matches(@"(?s)\*\*Meaning\.\*\* .*\*\*First look\.\*\* .*\*\*Remedy\.\*\* ", sections[rule.Name]);
        });
        Assert.Equal(AlertRule.All().Select(static rule => rule.Name), sections.Keys); // in the same order, and none that has no alert
    }

    private static async Task PromtoolAsync(params string[] arguments)
    {
        var programs = await DebianPrograms.Prometheus.EnsureAsync(Ct);
        // Its error stream may only have the one line that Tool takes from it, so it goes to the other stream.
        var output = await Task.Run(() => Tool.Run("sh", ["-c", """ "$0" "$@" 2>&1; echo "exit code $?" """, Path.Combine(programs, "promtool"), .. arguments],
            Limits, Ct), Ct);
        Assert.True(output.EndsWith("exit code 0\n", StringComparison.Ordinal), output);
    }

    [GeneratedRegex(@"^## (?<name>\w+)\n(?<text>.*?)(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();
}
