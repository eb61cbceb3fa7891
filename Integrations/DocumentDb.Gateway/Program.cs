using DocumentDb.Gateway;
using EngineRoots;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

// Without the AppHost, this program also creates the engines of a machine, in a folder below the given one, and prints their path.
if (args is ["engines", var folder])
{
    try
    {
        var options = new EngineRootOptions { CacheDirectory = Path.GetFullPath(folder), HasCluster = true };
        var root = await EngineRoot.EnsureAsync(options, Console.Error.WriteLine, CancellationToken.None);
        await Console.Out.WriteLineAsync(root.Path);
        return 0;
    }
    catch (EngineException e)
    {
        await Console.Error.WriteLineAsync($"error: {e.Message}");
        return 1;
    }
}

// The thread that sees a socket operation complete also runs its continuation. A command has four of them with little work between, and handing each to another
// thread costs more (measured on two cores: 60 instead of 100 us of CPU for a point read). Nothing here blocks a thread. The first socket reads this variable
// once.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

var builder = Host.CreateApplicationBuilder(args);
builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
builder.Services.AddDocumentDbGateway();
if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
    builder.Services.AddOpenTelemetry()
        .WithTracing(tracing => tracing.AddSource(Diagnostics.Name))
        .WithMetrics(metrics => metrics.AddMeter(Diagnostics.Name, "Npgsql", "System.Runtime"))
        .UseOtlpExporter();
await builder.Build().RunAsync();
return 0;
