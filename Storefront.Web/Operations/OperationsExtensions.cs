using ServiceDefaults;

namespace Storefront.Web.Operations;

/// <summary>Registers what the operator's pages need.</summary>
internal static class OperationsExtensions
{
    public static void AddOperations(this IServiceCollection services)
    {
        services.AddHttpClient(OperationsClient.Client, static client => client.Timeout = OperationsClient.CommandTimeMax).RemoveResilience();
        services.AddSingleton<OperationsClient>();
    }
}
