using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace ServiceDefaults;

/// <summary>What every service of the solution has in common.</summary>
public static class Extensions
{
    /// <summary>Largest request body that a service takes unless it says otherwise.</summary>
    public const int RequestBodyBytesMax = 1024 * 1024;

    /// <summary>How long an HTTP client tries to connect.</summary>
    private static readonly TimeSpan ConnectTimeMax = TimeSpan.FromSeconds(1);

    /// <summary>Adds telemetry, health checks, service discovery and resilience of HTTP clients, problem details, OpenAPI, and limits on requests.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        HealthProbe.RunIfAsked(builder.Configuration);
        AddLogging(builder);
        builder.AddTelemetry();
        builder.AddClock();
        builder.Services.AddDefaultHealth();
        builder.Services.AddSingleton<LiveFigures>();
        builder.Services.AddProblems();
        builder.Services.AddOpenApi();
        builder.Services.AddServiceDiscovery().AddSilentReplicas();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            // Within a network a connection is there at once or, where a machine has lost its power, never.
            http.UseSocketsHttpHandler(static (handler, _) => handler.ConnectTimeout = ConnectTimeMax);
            http.RemoveAllLoggers(); // four log calls a request, and the trace has it all
            http.AddResilience();
            http.AddServiceDiscovery().AddSilentReplicas(); // inside resilience, so that a retry meets the next replica
        });
        builder.Services.Configure<KestrelServerOptions>(Limit);
        return builder;
    }

    /// <summary>
    /// Maps <c>/health</c> (ready: every check), <c>/alive</c> (checks tagged <c>live</c>), <c>/internal/figures</c> and <c>/openapi/v1.json</c>,
    /// in development a page for it at <c>/swagger</c>, and turns exceptions and bare error codes into problem details.
    /// Call it first: it is also the outermost middleware.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.UseRequestId();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseOutputCache();
        app.MapHealth();
        app.MapLiveFigures();
        app.MapOpenApi().DisableHttpMetrics();
        if (app.Environment.IsDevelopment())
        {
            // Only there: it would look at every request's path, and wait for every answer.
            app.UseWhen(
                static context => context.Request.Path.StartsWithSegments("/swagger"),
                page => page.UseSwaggerUI(options => options.SwaggerEndpoint("/openapi/v1.json", app.Environment.ApplicationName)));
        }

        return app;
    }

    private static void AddLogging(IHostApplicationBuilder builder)
    {
        // In the last place, so that any other configuration overrules it.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData =
            [
                new("Logging:LogLevel:Default", "Information"),
                new("Logging:LogLevel:Microsoft.AspNetCore", "Warning"), // two lines a request otherwise
                new("Logging:LogLevel:Npgsql", "Warning"), // a line a command otherwise
                new("Logging:Console:FormatterOptions:IncludeScopes", "true"), // the request's id among them
                new("Logging:LogLevel:Polly", "None"), // a line an attempt, and several a time limit: the caller logs the outcome, once a second
            ],
        });
        if (builder.Environment.IsDevelopment()) builder.Logging.AddSimpleConsole(static console => (console.SingleLine, console.IncludeScopes) = (true, true));
        // A terminal or pipe that nobody reads must not stop a service.
        builder.Services.Configure<ConsoleLoggerOptions>(static console => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
    }

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = RequestBodyBytesMax;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
    }
}
