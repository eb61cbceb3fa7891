using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AppHost;

internal static class RestartsExtensions
{
    /// <summary>
    /// Starts services and engines again that end without being told to. <c>Restarts:Enabled=false</c> leaves them as they are, for tests that break things
    /// themselves.
    /// </summary>
    public static IDistributedApplicationBuilder AddRestarts(this IDistributedApplicationBuilder builder)
    {
        if (builder.ExecutionContext.IsRunMode && builder.Configuration.GetValue("Restarts:Enabled", true)) builder.Services.AddHostedService(
            services => ActivatorUtilities.CreateInstance<Restarts>(services, TimeProvider.System));
        return builder;
    }
}
