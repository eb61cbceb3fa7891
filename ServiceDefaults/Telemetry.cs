using System.Collections.Frozen;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ServiceDefaults;

/// <summary>Exports logs, metrics and traces over OTLP.</summary>
internal static class Telemetry
{
    /// <summary>If false, the framework tags request spans with method, path etc., and the instrumentation package leaves that out.</summary>
    private const string SuppressTags = "Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData";

    /// <summary>Configuration sections of the client packages.</summary>
    private static readonly string[] Clients = ["Aspire:Npgsql", "Aspire:StackExchange:Redis", "Aspire:MongoDB:Driver"];

    /// <summary>Bucket boundaries of the shop's own durations, in seconds: from a round trip to a reconciliation of everything.</summary>
    private static readonly double[] SecondsBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

    private static readonly FrozenSet<string> Files = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, ".css", ".ico", ".js", ".png", ".svg");

    /// <summary>Enables the export if <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set. All other <c>OTEL_*</c> variables have their standard meaning.</summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            // The client packages enable tracing and metrics, which would be wasted without an exporter.
            builder.Configuration.AddInMemoryCollection(Clients.SelectMany(static client =>
                new KeyValuePair<string, string?>[] { new($"{client}:DisableTracing", "true"), new($"{client}:DisableMetrics", "true") }));
            return;
        }

        AppContext.SetSwitch(SuppressTags, false);
        // The framework itself reads and writes traceparent. The default propagator, which also handles baggage, would make the packages do it a second time.
        Sdk.SetDefaultTextMapPropagator(new TraceContextPropagator());
        var name = builder.Environment.ApplicationName;
        var telemetry = builder.Services.AddOpenTelemetry();
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_SERVICE_NAME"]))
            telemetry.ConfigureResource(resource => resource.AddService(name, autoGenerateServiceInstanceId: false));

        builder.Logging.AddOpenTelemetry(static logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        telemetry
            .WithTracing(tracing => tracing.AddSource(name, "Shop.*")
                .SetSampler(new RequestSampler(RequestSampler.Read(builder.Configuration)))
                .AddAspNetCoreInstrumentation(static options =>
                {
                    options.Filter = static context => IsTraced(context.Request.Path);
                    options.EnrichWithHttpResponse = static (activity, response) => Describe(activity, response.HttpContext);
                })
                .AddHttpClientInstrumentation())
            .WithMetrics(static metrics => metrics.AddMeter("Shop.*").AddView(Buckets)
                .AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation())
            .UseOtlpExporter();
    }

    // The packages have boundaries in seconds for instruments that they know. All others get boundaries for milliseconds, the first of which is 5.
    private static ExplicitBucketHistogramConfiguration? Buckets(Instrument instrument) =>
        instrument is Histogram<double> { Unit: "s" } && instrument.Meter.Name.StartsWith("Shop.", StringComparison.Ordinal)
            ? new() { Boundaries = SecondsBoundaries } : null;

    // Health probes, styles and pictures would flood the trace view.
    private static bool IsTraced(PathString path) => !path.StartsWithSegments(Health.ReadyPath) && !path.StartsWithSegments(Health.LivePath)
        && !Files.Contains(Path.GetExtension(path.Value) ?? "");

    // Routes of pages have no slash at the beginning, and those of groups have one at the end.
    private static void Describe(Activity activity, HttpContext context)
    {
        activity.SetTag(RequestId.Attribute, context.TraceIdentifier);
        if ((context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is not { } pattern) return;
        var route = "/" + pattern.Trim('/');
        activity.SetTag("http.route", route);
        activity.DisplayName = $"{context.Request.Method} {route}";
    }
}
