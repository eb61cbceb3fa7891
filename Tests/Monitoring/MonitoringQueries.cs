using System.Text.Json;
using System.Text.RegularExpressions;
using Tests.Repository;

namespace Tests.Monitoring;

/// <summary>All PromQL of the folder monitoring.</summary>
internal static partial class MonitoringQueries
{
    // Grafana's variable: four times the interval at which metrics arrive.
    private const string RateInterval = "$__rate_interval", RateSeconds = "4m";

    public static IReadOnlyList<string> Dashboards { get; } = [.. SourceTree.Files.Where(static file => file.StartsWith("monitoring/dashboards/",
        StringComparison.Ordinal))];

    /// <summary>The queries, each with the alert or the panel that it belongs to.</summary>
    public static IReadOnlyList<(string Place, string Text)> All() =>
    [
        .. AlertRule.All().Select(static rule => ($"alert {rule.Name}", rule.Query)),
        .. from file in Dashboards
           from panel in JsonDocument.Parse(SourceTree.Read(file)).RootElement.GetProperty("panels").EnumerateArray()
           from target in panel.GetProperty("targets").EnumerateArray()
           select ($"{file}: {panel.GetProperty("title").GetString()}",
               target.GetProperty("expr").GetString()!.Replace(RateInterval, RateSeconds, StringComparison.Ordinal)),
    ];

    /// <summary>The metrics that a query names. Each has an underscore, as labels and functions have; these are removed first.</summary>
    public static IEnumerable<string> Metrics(string query) =>
        Metric().Matches(Labels().Replace(Texts().Replace(query, ""), "")).Select(static match => match.Value);

    [GeneratedRegex(@"""[^""]*""")]
    private static partial Regex Texts();

    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]|\b(by|on) *\([^)]*\)")]
    private static partial Regex Labels();

    [GeneratedRegex(@"\b[a-z]+_[a-z0-9_]+\b(?! *\()")]
    private static partial Regex Metric();
}
