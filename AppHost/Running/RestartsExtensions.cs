using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AppHost;

internal static class RestartsExtensions
{
    /// <summary>
    /// Restarts services and engines that end without being stopped. <c>Restarts:Enabled=false</c> disables this, for tests that break things themselves.
    /// </summary>
    public static IDistributedApplicationBuilder AddRestarts(this IDistributedApplicationBuilder builder)
    {
        if (builder.ExecutionContext.IsRunMode && builder.Configuration.GetValue("Restarts:Enabled", true)) builder.Services.AddHostedService(
            services => ActivatorUtilities.CreateInstance<Restarts>(services, TimeProvider.System));
        return builder;
    }
}
