using System.Buffers.Binary;
using System.Net.Sockets;
using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Native;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>MongoDB servers and databases.</summary>
public static class MongoDBBuilderExtensions
{
    /// <summary>Adds a MongoDB server: an existing one if <c>ConnectionStrings:NAME</c> is set, else a container, else the document engine of the engine
    /// root with a gateway in front, which is the resource <c>NAME-gateway</c>.</summary>
    public static IResourceBuilder<MongoDBServerResource> AddMongoDB(this IDistributedApplicationBuilder builder, [ResourceName] string name, int? port = null,
        IResourceBuilder<ParameterResource>? userName = null, IResourceBuilder<ParameterResource>? password = null)
    {
        var server = new MongoDBServerResource(name, userName?.Resource, password?.Resource
            ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false));
        var key = $"{name}_check";
        builder.Services.AddHealthChecks()
            .Add(new HealthCheckRegistration(key, new AnswersCheck(server), HealthStatus.Unhealthy, null, TimeSpan.FromSeconds(5)));
        return builder.AddResource(server)
            .WithAnnotation(CreateGateway(builder, server))
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

    /// <summary>The gateway; it becomes part of the application only where the engine runs natively.</summary>
    private static NativeGatewayAnnotation CreateGateway(IDistributedApplicationBuilder builder, MongoDBServerResource server)
    {
        var native = new NativeGatewayAnnotation(new ProjectResource($"{server.Name}-gateway"));
        builder.CreateResourceBuilder(native.Gateway)
            .WithAnnotation<IProjectMetadata>(new GatewayProject())
            .WithOtlpExporter()
            .WithParentRelationship(server)
            .WithEnvironment(context =>
            {
                var port = server.PrimaryEndpoint.Property(EndpointProperty.Port);
                context.EnvironmentVariables["Gateway__Address"] = server.PrimaryEndpoint.Property(EndpointProperty.IPV4Host);
                context.EnvironmentVariables["Gateway__Port"] = port;
                context.EnvironmentVariables["Gateway__Engine"]
                    = ReferenceExpression.Create($"Host={native.EngineFolder};Port={port};Username=postgres;Database=postgres");
            });
        return native;
    }

    /// <summary>Where the gateway's project is: beside this one, as the build wrote into the assembly.</summary>
    private sealed class GatewayProject : IProjectMetadata
    {
        public string ProjectPath { get; } = typeof(GatewayProject).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "DocumentDbGatewayProject").Value!;
    }

    /// <summary>Whether the server answers a ping, which needs no login; the gateway of a native engine asks the engine first.</summary>
    private sealed class AnswersCheck(MongoDBServerResource server) : IHealthCheck
    {
        private const int ReplyBytesMax = 4096, ReplyHeadBytes = 21, OpMsg = 2013;

        // { ping: 1, $db: "admin" } as an OP_MSG: header, no flags, one section of kind 0.
        private static readonly byte[] Ping =
        [
            .. (ReadOnlySpan<byte>)[51, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, OpMsg & 255, OpMsg >> 8, 0, 0, 0, 0, 0, 0, 0],
            30, 0, 0, 0, .. "\x10ping\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0"u8,
        ];

        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            if (ExternalConnections.Of(server) is not null) return HealthCheckResult.Healthy();
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(server.PrimaryEndpoint.Host, server.PrimaryEndpoint.Port, cancellationToken);
                await using var stream = client.GetStream();
                await stream.WriteAsync(Ping, cancellationToken);
                var reply = new byte[ReplyBytesMax];
                await stream.ReadExactlyAsync(reply.AsMemory(0, 4), cancellationToken);
                var length = BinaryPrimitives.ReadInt32LittleEndian(reply);
                if (length is <= ReplyHeadBytes or > ReplyBytesMax)
                    return HealthCheckResult.Unhealthy("The answer to a ping is no message of MongoDB's protocol.");
                await stream.ReadExactlyAsync(reply.AsMemory(4, length - 4), cancellationToken);
                return IsOk(reply.AsSpan(ReplyHeadBytes, length - ReplyHeadBytes)) ? HealthCheckResult.Healthy()
                    : HealthCheckResult.Unhealthy("The server answers a ping with an error: it is not ready.");
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
            {
                return HealthCheckResult.Unhealthy(e.Message);
            }
        }

        /// <summary>Whether the reply has <c>ok: 1.0</c>, as all servers write it.</summary>
        private static bool IsOk(ReadOnlySpan<byte> document)
            => document.IndexOf((ReadOnlySpan<byte>)[1, (byte)'o', (byte)'k', 0, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]) > 0;
    }
}
