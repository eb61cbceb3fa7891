using ServiceDefaults;

namespace Storefront.Web.Operations;

/// <summary>Registers the services of the operator's pages.</summary>
internal static class OperationsExtensions
{
    public static void AddOperations(this IServiceCollection services)
    {
        services.AddHttpClient(OperationsClient.Client, static client => client.Timeout = OperationsClient.CommandTimeMax).RemoveResilience();
        services.AddSingleton<OperationsClient>();
        services.AddSingleton<ProductsClient>();
        services.AddSingleton<UserDirectory>();
    }
}
