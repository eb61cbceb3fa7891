using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>MongoDB servers and databases.</summary>
public static class MongoDBBuilderExtensions
{
    /// <summary>Adds a MongoDB server: an existing one if <c>ConnectionStrings:NAME</c> is set, else a container, else the document engine of the engine
    /// root.</summary>
    public static IResourceBuilder<MongoDBServerResource> AddMongoDB(this IDistributedApplicationBuilder builder, [ResourceName] string name, int? port = null,
        IResourceBuilder<ParameterResource>? userName = null, IResourceBuilder<ParameterResource>? password = null)
    {
        var server = new MongoDBServerResource(name, userName?.Resource, password?.Resource
            ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false));
        var key = $"{name}_check";
        builder.Services.AddHealthChecks()
            .Add(new HealthCheckRegistration(key, new ListensCheck(server), HealthStatus.Unhealthy, null, TimeSpan.FromSeconds(5)));
        return builder.AddResource(server)
            .WithExternalConnection()
            .WithEndpoint(port: port, targetPort: 27017, name: "tcp")
            .WithImage("library/mongo", "8.3")
            .WithImageRegistry("docker.io")
            .WithHealthCheck(key)
            .WithEnvironment(context =>
            {
                context.EnvironmentVariables["MONGO_INITDB_ROOT_USERNAME"] = server.UserNameReference;
                context.EnvironmentVariables["MONGO_INITDB_ROOT_PASSWORD"] = server.PasswordParameter!;
            });
    }

    /// <summary>Adds a database.</summary>
    public static IResourceBuilder<MongoDBDatabaseResource> AddDatabase(this IResourceBuilder<MongoDBServerResource> builder, [ResourceName] string name,
        string? databaseName = null)
    {
        var database = new MongoDBDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.AddDatabase(name, database.DatabaseName);
        return builder.ApplicationBuilder.AddResource(database).WithExternalConnection();
    }

    /// <summary>Keeps the data in a volume, which survives restarts.</summary>
    public static IResourceBuilder<MongoDBServerResource> WithDataVolume(this IResourceBuilder<MongoDBServerResource> builder, string? name = null,
        bool isReadOnly = false)
        => builder.WithVolume(name ?? VolumeNameGenerator.Generate(builder, "data"), "/data/db", isReadOnly);

    /// <summary>Keeps the data in a folder of the host.</summary>
    public static IResourceBuilder<MongoDBServerResource> WithDataBindMount(this IResourceBuilder<MongoDBServerResource> builder, string source,
        bool isReadOnly = false)
        => builder.WithBindMount(source, "/data/db", isReadOnly);

    /// <summary>Whether the engine takes connections.</summary>
    private sealed class ListensCheck(MongoDBServerResource server) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            if (ExternalConnections.Of(server) is not null) return HealthCheckResult.Healthy();
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(server.PrimaryEndpoint.Host, server.PrimaryEndpoint.Port, cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                return HealthCheckResult.Unhealthy(e.Message);
            }
        }
    }
}
