using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Adds MongoDB servers and databases, with the signatures of the package Aspire.Hosting.MongoDB.</summary>
public static class MongoDBBuilderExtensions
{
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Adds a MongoDB server as a container. If no password is given, one is generated and kept in user secrets.</summary>
    public static IResourceBuilder<MongoDBServerResource> AddMongoDB(this IDistributedApplicationBuilder builder, [ResourceName] string name, int? port = null,
        IResourceBuilder<ParameterResource>? userName = null, IResourceBuilder<ParameterResource>? password = null)
    {
        var server = new MongoDBServerResource(name, userName?.Resource, password?.Resource
            ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false));
        var key = $"{name}_check";
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(key, new PingHealthCheck(server), HealthStatus.Unhealthy, null, PingTimeout));
        return builder.AddResource(server)
            .WithEndpoint(port: port, targetPort: 27017, name: MongoDBServerResource.PrimaryEndpointName)
            .WithImage("library/mongo", "8.3")
            .WithImageRegistry("docker.io")
            .WithIconName("DatabaseMultiple")
            .WithHealthCheck(key)
            .WithEnvironment(context =>
            {
                context.EnvironmentVariables["MONGO_INITDB_ROOT_USERNAME"] = server.UserNameReference;
                context.EnvironmentVariables["MONGO_INITDB_ROOT_PASSWORD"] = server.PasswordParameter!;
            });
    }

    /// <summary>Adds a database to the server.</summary>
    public static IResourceBuilder<MongoDBDatabaseResource> AddDatabase(this IResourceBuilder<MongoDBServerResource> builder, [ResourceName] string name,
        string? databaseName = null)
    {
        var database = new MongoDBDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.AddDatabase(name, database.DatabaseName);
        return builder.ApplicationBuilder.AddResource(database).WithIconName("Database");
    }

    /// <summary>Stores the data in a volume, which survives restarts.</summary>
    public static IResourceBuilder<MongoDBServerResource> WithDataVolume(this IResourceBuilder<MongoDBServerResource> builder, string? name = null,
        bool isReadOnly = false)
        => builder.WithVolume(name ?? VolumeNameGenerator.Generate(builder, "data"), "/data/db", isReadOnly);

    /// <summary>Stores the data in a folder of the host.</summary>
    public static IResourceBuilder<MongoDBServerResource> WithDataBindMount(this IResourceBuilder<MongoDBServerResource> builder, string source,
        bool isReadOnly = false)
        => builder.WithBindMount(source, "/data/db", isReadOnly);
}
