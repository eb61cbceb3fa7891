using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Redis servers.</summary>
public static class RedisBuilderExtensions
{
    /// <summary>Adds a Redis server: an existing one if <c>ConnectionStrings:NAME</c> is set, else a container, else a native engine.</summary>
    public static IResourceBuilder<RedisResource> AddRedis(this IDistributedApplicationBuilder builder, [ResourceName] string name, int? port = null,
        IResourceBuilder<ParameterResource>? password = null)
    {
        // Special characters would need quoting in connection strings and shells.
        var redis = new RedisResource(name, password?.Resource
            ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false));
        var key = $"{name}_check";
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(key, new PingCheck(redis), HealthStatus.Unhealthy, null, TimeSpan.FromSeconds(5)));
        return builder.AddResource(redis)
            .WithExternalConnection()
            .WithEndpoint(port: port, targetPort: 6379, scheme: "redis", name: "tcp")
            .WithImage("library/redis", "8.6")
            .WithImageRegistry("docker.io")
            .WithEntrypoint("/bin/sh")
            .WithHealthCheck(key)
            .WithEnvironment(context =>
            {
                if (redis.PasswordParameter is { } secret) context.EnvironmentVariables["REDIS_PASSWORD"] = secret;
            })
            .WithArgs(context =>
            {
                var command = new StringBuilder("exec redis-server"); // in the shell's place, which would keep SIGTERM from it
                if (redis.PasswordParameter is not null) command.Append(" --requirepass $REDIS_PASSWORD");
                if (redis.TryGetLastAnnotation<SnapshotAnnotation>(out var snapshot))
                    command.Append(CultureInfo.InvariantCulture, $" --save {(long)snapshot.Interval.TotalSeconds} {snapshot.KeysChanged}");
                context.Args.Add("-c");
                context.Args.Add(command.ToString());
            });
    }

    /// <summary>Keeps the data in a volume, which survives restarts, with a snapshot every minute unless <see cref="WithPersistence"/> says
    /// otherwise.</summary>
    public static IResourceBuilder<RedisResource> WithDataVolume(this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false)
    {
        builder.WithVolume(name ?? VolumeNameGenerator.Generate(builder, "data"), "/data", isReadOnly);
        return isReadOnly ? builder : builder.WithPersistence();
    }

    /// <summary>Keeps the data in a folder of the host.</summary>
    public static IResourceBuilder<RedisResource> WithDataBindMount(this IResourceBuilder<RedisResource> builder, string source, bool isReadOnly = false)
    {
        builder.WithBindMount(source, "/data", isReadOnly);
        return isReadOnly ? builder : builder.WithPersistence();
    }

    /// <summary>Writes a snapshot every interval (a minute unless given) in which that many keys changed. A snapshot is no durability: add an append-only file
    /// for that.</summary>
    public static IResourceBuilder<RedisResource> WithPersistence(this IResourceBuilder<RedisResource> builder, TimeSpan? interval = null,
        long keysChangedThreshold = 1)
        => builder.WithAnnotation(new SnapshotAnnotation(interval ?? TimeSpan.FromSeconds(60), keysChangedThreshold),
            ResourceAnnotationMutationBehavior.Replace);

    /// <summary>Sets the password; null for none.</summary>
    public static IResourceBuilder<RedisResource> WithPassword(this IResourceBuilder<RedisResource> builder, IResourceBuilder<ParameterResource>? password)
    {
        builder.Resource.SetPassword(password?.Resource);
        return builder;
    }

    /// <summary>Sets the port on this machine; any free one unless given.</summary>
    public static IResourceBuilder<RedisResource> WithHostPort(this IResourceBuilder<RedisResource> builder, int? port)
        => builder.WithEndpoint("tcp", e => e.Port = port);

    private sealed record SnapshotAnnotation(TimeSpan Interval, long KeysChanged) : IResourceAnnotation;

    /// <summary>AUTH and PING by hand: the AppHost needs no Redis client for two commands.</summary>
    private sealed class PingCheck(RedisResource redis) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                var parts = (await ((IResourceWithConnectionString)redis).GetConnectionStringAsync(cancellationToken))!.Split(',');
                var address = parts[0].Split(':');
                var password = parts.FirstOrDefault(p => p.StartsWith("password=", StringComparison.OrdinalIgnoreCase))?["password=".Length..];
                using var client = new TcpClient();
                await client.ConnectAsync(address[0], address.Length > 1 ? int.Parse(address[1], CultureInfo.InvariantCulture) : 6379, cancellationToken);
                await using var stream = client.GetStream();
                using var reader = new StreamReader(stream);
                if (password is not null) await AskAsync(stream, reader, ["AUTH", password], cancellationToken);
                var answer = await AskAsync(stream, reader, ["PING"], cancellationToken);
                return answer == "+PONG" ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(answer);
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
            {
                return HealthCheckResult.Unhealthy(e.Message);
            }
        }

        private static async Task<string> AskAsync(NetworkStream stream, StreamReader reader, string[] words, CancellationToken ct)
        {
            var request = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
            foreach (var word in words) request.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
            await stream.WriteAsync(Encoding.UTF8.GetBytes(request.ToString()), ct);
            return await reader.ReadLineAsync(ct) ?? "closed the connection";
        }
    }
}
