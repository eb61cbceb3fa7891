using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.DependencyInjection;
using NativeEngines;

namespace Aspire.Hosting;

/// <summary>Runs an application's containers without a container runtime.</summary>
public static class NativeEnginesExtensions
{
    /// <summary>
    /// Decides at startup where servers run: at the address in <c>ConnectionStrings:NAME</c> if it is configured; in a container if Docker or Podman answers;
    /// otherwise as processes on this machine, from Debian packages in the user's cache. Images that can run natively: postgres, mongo, redis and nginx.
    /// <c>ASPIRE_CONTAINER_RUNTIME=none</c> forces native engines.
    /// </summary>
    public static IDistributedApplicationBuilder AddNativeEngines(this IDistributedApplicationBuilder builder)
    {
        if (!builder.ExecutionContext.IsRunMode) return builder;
        var wanted = ContainerRuntimes.TakeSetting(builder.Configuration);
        builder.Services.AddSingleton<EngineRuntime>();
        builder.Services.AddSingleton<ExternalServers>();
        builder.Eventing.Subscribe<BeforeStartEvent>(async (start, ct) =>
        {
            await start.Services.GetRequiredService<ExternalServers>().ApplyAsync(start.Model, ct);
            List<ContainerResource> containers = [.. start.Model.Resources.OfType<ContainerResource>().Where(r => r.IsContainer())];
            if (containers.Count == 0 || await ContainerRuntimes.AnyAnswersAsync(wanted, ct)) return;
            start.Services.GetRequiredService<EngineRuntime>().Convert(start.Model, containers);
        });
        return builder;
    }
}
