using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ServiceDefaults;

/// <summary>Logs, metrics and traces over OTLP. The framework's own sources and meters are used; there is no instrumentation package.</summary>
internal static class Telemetry
{
    // Unless this is off, the framework leaves even the method and the path to an instrumentation package.
    private const string SuppressDescription = "Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData";

    /// <summary>Exports when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set. All other <c>OTEL_*</c> variables have their standard meaning.</summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        AppContext.SetSwitch(SuppressDescription, false);
        var telemetry = builder.Services.AddOpenTelemetry();
        if (string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            // Integrations turn tracing on; without an exporter every span would be made for nothing.
            telemetry.WithTracing(static tracing => tracing.SetSampler(new AlwaysOffSampler()));
            return;
        }

        var name = builder.Environment.ApplicationName;
        if (string.IsNullOrEmpty(builder.Configuration["OTEL_SERVICE_NAME"]))
            telemetry.ConfigureResource(resource => resource.AddService(name, autoGenerateServiceInstanceId: false));

        builder.Logging.AddOpenTelemetry(static logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        telemetry
            .WithTracing(tracing => tracing.AddSource(name, "Shop.*", "Microsoft.AspNetCore", "System.Net.Http", "Npgsql"))
            .WithMetrics(static metrics => metrics.AddMeter(
                "Shop.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime", "Npgsql"))
            .UseOtlpExporter();
    }

    /// <summary>Adds to a request's span what the framework leaves out: its name by route, the answer's status code, whether it failed. Outermost.</summary>
    public static void UseSpanDescription(this WebApplication app) => app.Use(static next => context =>
        context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } activity
            ? DescribeAsync(activity, context, next)
            : next(context));

    private static async Task DescribeAsync(Activity activity, HttpContext context, RequestDelegate next)
    {
        // Known already: routing comes first in a WebApplication. Read now, because the handling of an exception clears it.
        if (context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route })
        {
            activity.DisplayName = $"{context.Request.Method} {route}";
            activity.SetTag("http.route", route);
        }
        else
        {
            activity.DisplayName = context.Request.Method;
        }

        await next(context);

        var status = context.Response.StatusCode;
        activity.SetTag("http.response.status_code", status);
        if (status < StatusCodes.Status500InternalServerError) return;
        activity.SetStatus(ActivityStatusCode.Error);
        if (activity.GetTagItem("error.type") is null) activity.SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
    }
}
