namespace Stock.Api.Catalog;

/// <summary>Registers the services of the catalog.</summary>
internal static class CatalogExtensions
{
    public static void AddCatalog(this IServiceCollection services)
    {
        services.AddSingleton<ProductCatalog>();
        services.AddSingleton<ProductStore>();
        services.AddSingleton<ProductPictures>();
        services.AddSingleton<OperatorKey>();
        services.AddSingleton<CatalogSeeder>();
        services.AddHostedService(static services => services.GetRequiredService<CatalogSeeder>());
    }
}
