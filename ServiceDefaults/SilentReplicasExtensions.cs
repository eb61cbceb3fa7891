using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ServiceDiscovery;

namespace ServiceDefaults;

internal static class SilentReplicasExtensions
{
    /// <summary>Call after <c>AddServiceDiscovery</c>, because it removes endpoints.</summary>
    public static IServiceCollection AddSilentReplicas(this IServiceCollection services) => services
        .AddSingleton<SilentReplicas>()
        .AddSingleton<IServiceEndpointProviderFactory>(static provider => provider.GetRequiredService<SilentReplicas>());

    /// <summary>Call after <c>AddServiceDiscovery</c>, because it needs the replicas' addresses.</summary>
    public static IHttpClientBuilder AddSilentReplicas(this IHttpClientBuilder http) =>
        http.AddHttpMessageHandler(static provider => new SilentReplicaHandler(provider.GetRequiredService<SilentReplicas>()));
}
