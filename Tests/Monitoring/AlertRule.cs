using Tests.Repository;
using Tests.Unit.Deployment;

namespace Tests.Monitoring;

/// <summary>A rule of monitoring/alerts.yml.</summary>
internal sealed record AlertRule(string Name, string Query, string Severity, string Summary, string Runbook)
{
    public static IReadOnlyList<AlertRule> All() => [.. Yaml.Documents(SourceTree.Read("monitoring/alerts.yml"))[0].Items("groups")
        .SelectMany(static group => group.Items("rules"))
        .Select(static rule => new AlertRule(rule.Text("alert"), rule.Text("expr"), rule.Text("labels/severity"), rule.Text("annotations/summary"),
            rule.Text("annotations/runbook_url")))];
}
