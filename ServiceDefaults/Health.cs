using System.Net.Mime;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using OpenTelemetry;

namespace ServiceDefaults;

/// <summary>Health endpoints that cost nothing however often they are asked.</summary>
internal static class Health
{
    /// <summary>Time limit of a check that has none of its own.</summary>
    private static readonly TimeSpan CheckTimeMax = TimeSpan.FromSeconds(3);

    public static void AddDefaultHealth(this IServiceCollection services)
    {
        services.AddHealthChecks().AddCheck("self", static () => HealthCheckResult.Healthy(), ["live"]);
        services.PostConfigure<HealthCheckServiceOptions>(static options =>
        {
            foreach (var check in options.Registrations)
            {
                if (check.Timeout == Timeout.InfiniteTimeSpan) check.Timeout = CheckTimeMax;
            }
        });
        // The service would log every failing round; CachedHealth logs the changes.
        services.AddLogging(static logging => logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None));
    }

    public static void MapHealth(this WebApplication app, string path, Func<HealthCheckRegistration, bool> selects)
    {
        var health = new CachedHealth(
            cancellationToken => app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(selects, cancellationToken),
            app.Services.GetRequiredService<TimeProvider>(),
            app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("ServiceDefaults.Health"));
        app.MapGet(path, context => AnswerAsync(context, health)).DisableHttpMetrics().ExcludeFromDescription();
    }

    private static async Task AnswerAsync(HttpContext context, CachedHealth health)
    {
        // Probes would fill the trace view: neither this request's span nor a child of it is exported.
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is { } activity)
        {
            activity.IsAllDataRequested = false;
            activity.ActivityTraceFlags &= ~System.Diagnostics.ActivityTraceFlags.Recorded;
        }

        var answer = await health.GetAsync(context.RequestAborted);
        context.Response.StatusCode = answer.StatusCode;
        context.Response.ContentType = MediaTypeNames.Application.Json;
        context.Response.ContentLength = answer.Body.Length;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }
}

/// <summary>What a health endpoint says.</summary>
/// <param name="StatusCode">200, or 503 when a check is unhealthy.</param>
/// <param name="Body"><c>{"status":"Healthy"}</c>; otherwise with <c>"failing":[names]</c>. Never a message: those may hold connection strings.</param>
internal sealed record HealthAnswer(int StatusCode, byte[] Body)
{
    public static HealthAnswer From(HealthReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("status", report.Status.ToString());
            if (report.Status != HealthStatus.Healthy)
            {
                json.WriteStartArray("failing");
                foreach (var (name, entry) in report.Entries)
                {
                    if (entry.Status != HealthStatus.Healthy) json.WriteStringValue(name);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        var code = report.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        return new HealthAnswer(code, stream.ToArray());
    }
}

/// <summary>
/// Runs the checks at most once per <see cref="Age"/>, one run at a time, whatever the number of callers; none waits longer than <see cref="WaitTimeMax"/>.
/// </summary>
internal sealed partial class CachedHealth(Func<CancellationToken, Task<HealthReport>> check, TimeProvider time, ILogger logger)
{
    /// <summary>How long a result is given out.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(1);

    /// <summary>The longest a caller waits for a run; then the answer is 503.</summary>
    public static readonly TimeSpan WaitTimeMax = TimeSpan.FromSeconds(4);

    private static readonly HealthAnswer Late = new(StatusCodes.Status503ServiceUnavailable, """{"status":"Unhealthy","failing":["timeout"]}"""u8.ToArray());

    private static readonly HealthAnswer Broken = new(StatusCodes.Status503ServiceUnavailable, """{"status":"Unhealthy","failing":["checks"]}"""u8.ToArray());

    private readonly Lock _gate = new();
    private Task<HealthAnswer>? _run;
    private HealthAnswer? _last;
    private long _lastAt;
    private HealthStatus _logged = HealthStatus.Healthy;

    public async ValueTask<HealthAnswer> GetAsync(CancellationToken cancellationToken)
    {
        Task<HealthAnswer> run;
        lock (_gate)
        {
            if (_last is not null && time.GetElapsedTime(_lastAt) < Age) return _last;
            // Off the request: the first caller may go away, the others still want the result.
            run = _run ??= Task.Run(RunAsync, CancellationToken.None);
        }

        try
        {
            return await run.WaitAsync(WaitTimeMax, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return Late;
        }
    }

    private async Task<HealthAnswer> RunAsync()
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        HealthAnswer answer;
        try
        {
            var report = await check(CancellationToken.None);
            Log(report.Status, report.Entries);
            answer = HealthAnswer.From(report);
        }
#pragma warning disable CA1031 // A check that cannot even be made (no connection string) is a failing check.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (_logged != HealthStatus.Unhealthy) LogFailing(logger, _logged = HealthStatus.Unhealthy, "checks", e.Message);
            answer = Broken;
        }

        lock (_gate)
        {
            _run = null;
            _last = answer;
            _lastAt = time.GetTimestamp();
        }

        return answer;
    }

    private void Log(HealthStatus status, IReadOnlyDictionary<string, HealthReportEntry> entries)
    {
        if (status == _logged) return;
        _logged = status;
        var failing = entries.Where(entry => entry.Value.Status != HealthStatus.Healthy).ToList();
        if (failing.Count == 0)
        {
            LogHealthy(logger);
            return;
        }

        var first = failing[0].Value;
        LogFailing(logger, status, string.Join(", ", failing.Select(entry => entry.Key)), first.Exception?.Message ?? first.Description);
    }

    [LoggerMessage(101, LogLevel.Information, "Healthy again")]
    private static partial void LogHealthy(ILogger logger);

    [LoggerMessage(102, LogLevel.Warning, "{Status}: {Checks} ({Reason})")]
    private static partial void LogFailing(ILogger logger, HealthStatus status, string checks, string? reason);
}
