using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace ServiceDefaults;

/// <summary>
/// Writes health reports: <c>{"status":"Healthy"}</c>, otherwise with <c>"failing":[names]</c>. Omits messages, which may contain connection strings. Logs
/// changes of the status.
/// </summary>
internal sealed partial class HealthAnswers(ILogger logger)
{
    private HealthStatus _logged = HealthStatus.Healthy;

    public Task WriteAsync(HttpContext context, HealthReport report)
    {
        Log(report);
        var failing = report.Status == HealthStatus.Healthy ? null : Failing(report).Select(static entry => entry.Key).ToArray();
        return context.Response.WriteAsJsonAsync(new Answer(report.Status.ToString(), failing));
    }

    private static IEnumerable<KeyValuePair<string, HealthReportEntry>> Failing(HealthReport report) =>
        report.Entries.Where(static entry => entry.Value.Status != HealthStatus.Healthy);

    private void Log(HealthReport report)
    {
        if (report.Status == _logged) return;
        _logged = report.Status;
        if (report.Status == HealthStatus.Healthy)
        {
            LogHealthy(logger);
            return;
        }

        var first = Failing(report).First().Value;
        var names = string.Join(", ", Failing(report).Select(static entry => entry.Key));
        LogFailing(logger, report.Status, names, first.Exception?.Message ?? first.Description);
    }

    private sealed record Answer(string Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? Failing);

    [LoggerMessage(101, LogLevel.Information, "Healthy again")]
    private static partial void LogHealthy(ILogger logger);

    [LoggerMessage(102, LogLevel.Warning, "{Status}: {Checks} ({Reason})")]
    private static partial void LogFailing(ILogger logger, HealthStatus status, string checks, string? reason);
}
