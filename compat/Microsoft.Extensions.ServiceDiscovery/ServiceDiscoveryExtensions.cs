using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.ServiceDiscovery;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers service discovery from configuration.</summary>
public static class ServiceDiscoveryServiceCollectionExtensions
{
    /// <summary>Registers what the HTTP handler resolves names with: the configuration section <c>Services</c>.</summary>
    public static IServiceCollection AddServiceDiscovery(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => new ServiceEndpoints(provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}

/// <summary>Adds service discovery to HTTP clients.</summary>
public static class ServiceDiscoveryHttpClientBuilderExtensions
{
    /// <summary>Lets this client's requests name services: <c>http://name</c>, <c>https+http://name</c>, <c>http://_endpoint.name</c>.</summary>
    public static IHttpClientBuilder AddServiceDiscovery(this IHttpClientBuilder httpClientBuilder)
    {
        ArgumentNullException.ThrowIfNull(httpClientBuilder);
        httpClientBuilder.Services.AddServiceDiscovery();
        return httpClientBuilder.AddHttpMessageHandler(static services => new ServiceDiscoveryHandler(services.GetRequiredService<ServiceEndpoints>()));
    }
}
