using DocumentDb.Gateway.Commands;
using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Sessions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DocumentDb.Gateway;

internal static class GatewayServices
{
    /// <summary>Adds the gateway with settings from the section <c>Gateway</c>; it starts and stops with the host.</summary>
    public static IServiceCollection AddDocumentDbGateway(this IServiceCollection services)
    {
        services.AddOptions<GatewayOptions>().BindConfiguration("Gateway")
            .Validate(o => o.Engine.Length > 0, "Gateway:Engine is not set; set it to the connection string of the engine (PostgreSQL with DocumentDB).")
            .Validate(o => o.Port is >= 0 and <= 65535, "Gateway:Port must be between 0 and 65535.")
            .Validate(o => o.TransactionsMax < o.EngineConnectionsMax, "Gateway:TransactionsMax must be below Gateway:EngineConnectionsMax.")
            .ValidateOnStart();
        return services
            .AddSingleton<EngineClient>()
            .AddSingleton(provider => new CursorTable(Options(provider).CursorsMax))
            .AddSingleton(provider => new TransactionTable(provider.GetRequiredService<EngineClient>(), Options(provider)))
            .AddSingleton<DuplicateKeys>()
            .AddSingleton<PointReads>()
            .AddSingleton<DataCommands>()
            .AddSingleton<BulkWrites>()
            .AddSingleton<IndexCommands>()
            .AddSingleton<AdminCommands>()
            .AddSingleton<SessionCommands>()
            .AddSingleton<ServerCommands>()
            .AddSingleton<ServerState>()
            .AddSingleton<Dispatcher>()
            .AddSingleton<GatewayServer>()
            .AddHostedService(provider => provider.GetRequiredService<GatewayServer>())
            .AddHostedService<Maintenance>();
    }

    private static GatewayOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<GatewayOptions>>().Value;
}
