using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace ServiceDefaults;

/// <summary>Defaults shared by all services of the solution.</summary>
public static class Extensions
{
    /// <summary>Default maximum size of a request body in bytes (1 MiB).</summary>
    public const int RequestBodyBytesMax = 1024 * 1024;

    /// <summary>Connect timeout of HTTP clients.</summary>
    private static readonly TimeSpan ConnectTimeMax = TimeSpan.FromSeconds(1);

    /// <summary>Adds telemetry, health checks, service discovery and resilience for HTTP clients, problem details, OpenAPI, and request limits.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        HealthProbe.RunIfAsked(builder.Configuration);
        AddLogging(builder);
        builder.AddTelemetry();
        builder.AddClock();
        builder.Services.AddDefaultHealth();
        builder.Services.AddSingleton<LiveFigures>();
        builder.Services.AddProblems();
        builder.Services.AddApiDocuments();
        builder.Services.AddTransient<IStartupFilter, HeadRequests>();
        builder.Services.AddServiceDiscovery().AddSilentReplicas();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            // Within a network, a connection is established at once or, if the machine has lost power, never.
            http.UseSocketsHttpHandler(static (handler, _) => handler.ConnectTimeout = ConnectTimeMax);
            http.RemoveAllLoggers(); // four log calls per request, with nothing that the trace does not have
            http.AddResilience();
            http.AddServiceDiscovery().AddSilentReplicas(); // inside resilience, so that a retry goes to the next replica
        });
        builder.Services.Configure<KestrelServerOptions>(Limit);
        // The gateway's connections are few and busy. Waiting before a buffer is allocated costs two system calls per request.
        builder.Services.Configure<SocketTransportOptions>(static sockets => sockets.WaitForDataBeforeAllocatingBuffer = false);
        return builder;
    }

    /// <summary>
    /// Maps <c>/health</c> (readiness: all checks), <c>/alive</c> (checks tagged <c>live</c>), <c>/internal/figures</c>, and the OpenAPI documents with their
    /// page. Turns exceptions and status codes without a body into problem details. Call it first, because it also adds the outermost middleware.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.UseRequestId();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseOutputCache();
        app.MapHealth();
        app.MapLiveFigures();
        app.MapApiDocuments();
        return app;
    }

    private static void AddLogging(IHostApplicationBuilder builder)
    {
        // Inserted with the lowest priority, so that any other configuration overrides it.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData =
            [
                new("Logging:LogLevel:Default", "Information"),
                new("Logging:LogLevel:Microsoft.AspNetCore", "Warning"), // otherwise two lines per request
                new("Logging:LogLevel:Npgsql", "Warning"), // otherwise a line per command
                new("Logging:Console:FormatterOptions:IncludeScopes", "true"), // they include the request ID
                new("Logging:LogLevel:Polly", "None"), // a line per attempt and several per timeout; the caller logs the outcome, at most once a second
            ],
        });
        if (builder.Environment.IsDevelopment()) builder.Logging.AddSimpleConsole(static console => (console.SingleLine, console.IncludeScopes) = (true, true));
        // A terminal or pipe that no one reads from must not block the service.
        builder.Services.Configure<ConsoleLoggerOptions>(static console => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
    }

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = RequestBodyBytesMax;
        // Kestrel refuses without a body, so it accepts all that passes the gateway: 64 KiB and 100 headers, and a path of 16 KiB, whose bytes may be encoded.
        kestrel.Limits.MaxRequestHeadersTotalSize = 72 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 128;
        kestrel.Limits.MaxRequestLineSize = 64 * 1024;
        kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1; // any byte is valid
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
    }
}
