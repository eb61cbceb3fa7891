using System.Net.Sockets;
using AppHost;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using EngineRoots;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Tests.Cluster;

namespace Tests.Containers;

/// <summary>Databases in a container engine. Skipped with a message if no engine is running.</summary>
[Collection(Alone.Name), Trait("Category", "Containers")]
public sealed class ContainersTests : IAsyncLifetime
{
    /// <summary>Includes pulling or building both images.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan PullLimit = TimeSpan.FromMinutes(4);

    /// <summary>Includes the initial download of the orchestrator.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan CleanLimit = TimeSpan.FromMinutes(1);

    /// <summary>Part of every name, so that the test does not touch other containers on this machine.</summary>
    private readonly string _run = Guid.NewGuid().ToString("N")[..8];

    private readonly CancellationTokenSource _limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly List<string> _built = [];
    private EngineCli? _engine;

    private string Postgres => $"postgres-{_run}";

    private string Redis => $"redis-{_run}";

    private string Orders => $"orders-{_run}";

    /// <summary>Contains characters that a shell would interpret. Aspire does not support semicolons, quotes and <c>{{...}}</c> (docs/operations.md).</summary>
    private string PostgresPassword => $@"$HOME \ $(id) y-{_run}";

    private string RedisPassword => $"secret{_run}";

    private EngineCli Engine => _engine ?? throw new InvalidOperationException("No container engine answers.");

    public async ValueTask InitializeAsync()
    {
        _limit.CancelAfter(Limit);
        _engine = await EngineCli.FindAsync(_limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (_engine is not null)
        {
            using var limit = new CancellationTokenSource(CleanLimit);
            // After a failure the containers still run. The orchestrator may be removing them, too.
            await Eventually.UntilAsync(async () =>
            {
                var containers = await ContainersAsync(limit.Token);
                foreach (var container in containers) await _engine.TryAsync(["rm", "--force", container], null, limit.Token);
                return containers;
            }, static containers => containers.Count == 0, CleanLimit);
            foreach (var volume in await _engine.RunAsync(["volume", "ls", "--quiet", "--filter", $"name={_run}"],
                limit.Token)) await _engine.RunAsync(["volume", "rm", volume], limit.Token);
            // The substitutes must not be mistaken for the official images.
            foreach (var image in _built) await _engine.RunAsync(["rmi", image], limit.Token);
        }
        _limit.Dispose();
    }

    [Fact]
    public async Task Data_and_passwords_outlive_the_containers()
    {
        Assert.SkipWhen(_engine is null, "no container engine answers: start Docker or Podman to run this");
        await PrepareImagesAsync();

        await using (var first = await StartAsync())
        {
            await SqlAsync(first, "CREATE TABLE note (text text); INSERT INTO note VALUES ('kept')");
            Assert.Equal(["+OK", "+OK"], await RedisAsync(first, $"AUTH {RedisPassword}", "SET note kept"));
            Assert.Equal(2, (await ContainersAsync(_limit.Token)).Count);
            await AssertSignalsReachRedisAsync();
            await first.StopAsync(_limit.Token);
        }
        await NoContainersAsync();

        await using (var second = await StartAsync())
        {
            Assert.Equal("kept", await SqlAsync(second, "SELECT text FROM note"));
            Assert.Equal(["+OK", "$4", "kept"], await RedisAsync(second, $"AUTH {RedisPassword}", "GET note"));
            var refused = await Assert.ThrowsAsync<PostgresException>(() => SqlAsync(second, "SELECT 1", password: "wrong"));
            Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
            Assert.StartsWith("-WRONGPASS", Assert.Single(await RedisAsync(second, "AUTH wrong")), StringComparison.Ordinal);
            Assert.StartsWith("-NOAUTH", Assert.Single(await RedisAsync(second, "GET note")), StringComparison.Ordinal);
            await second.StopAsync(_limit.Token);
        }
        await NoContainersAsync();
    }

    private IDistributedApplicationBuilder Describe()
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            AssemblyName = typeof(Program).Assembly.GetName().Name, // it names the orchestrator's path
            DisableDashboard = true,
        });
        builder.Configuration["ASPIRE_CONTAINER_RUNTIME"] = Engine.Program;
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        builder.AddPostgres(Postgres, password: builder.AddParameter($"{Postgres}-password", PostgresPassword, secret: true)).WithDataVolume($"{Postgres}-data")
            .AddDatabase(Orders);
        builder.AddRedis(Redis, password: builder.AddParameter($"{Redis}-password", RedisPassword, secret: true)).WithDataVolume($"{Redis}-data")
            .WithAppendOnlyFile();
        return builder;
    }

    private async Task<DistributedApplication> StartAsync()
    {
        var app = Describe().Build();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token);
        limit.CancelAfter(StartLimit);
        try
        {
            await app.StartAsync(limit.Token);
            foreach (var resource in new[] { Orders, Redis }) await app.ResourceNotifications.WaitForResourceHealthyAsync(resource, limit.Token);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Uses the official images if they are available, and otherwise builds temporary images from the engine root.</summary>
    private async Task PrepareImagesAsync()
    {
        foreach (var image in Describe().Resources.SelectMany(r => r.Annotations.OfType<ContainerImageAnnotation>())
            .Select(i => $"{i.Registry}/{i.Image}:{i.Tag}"))
        {
            if (await Engine.TryAsync(["image", "inspect", image], null, _limit.Token) is null || await PullAsync(image) is not { } problem) continue;
            try
            {
                var root = await EngineRoot.EnsureAsync(new EngineRootOptions(), TestContext.Current.TestOutputHelper!.WriteLine, _limit.Token);
                problem = await EngineImages.BuildAsync(Engine, root, image, _limit.Token);
            }
            catch (EngineException e)
            {
                Assert.Skip($"{image} is not on this machine and can be neither pulled ({problem}) nor built ({e.Message})");
            }
            Assert.True(problem is null, problem);
            _built.Add(image);
        }
    }

    private async Task<string?> PullAsync(string image)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_limit.Token);
        limit.CancelAfter(PullLimit);
        try
        {
            return await Engine.TryAsync(["pull", "--quiet", image], null, limit.Token);
        }
        catch (OperationCanceledException) when (!_limit.IsCancellationRequested)
        {
            return $"not here after {PullLimit}";
        }
    }

    /// <summary>A shell as process 1 would keep SIGTERM to itself, and Redis would be killed after 10 s.</summary>
    private async Task AssertSignalsReachRedisAsync()
    {
        var container = Assert.Single(await ContainersAsync(_limit.Token), static name => name.StartsWith("redis", StringComparison.Ordinal));
        var processes = await Engine.RunAsync(["top", container], _limit.Token);
        Assert.DoesNotContain(processes, static process => process.Contains("/bin/sh", StringComparison.Ordinal));
    }

    // The orchestrator removes them after the application has stopped.
    private async Task NoContainersAsync() => Assert.Empty(
        await Eventually.UntilAsync(() => ContainersAsync(_limit.Token), static containers => containers.Count == 0, TimeSpan.FromSeconds(30)));

    private Task<IReadOnlyList<string>> ContainersAsync(CancellationToken ct)
        => Engine.RunAsync(["ps", "--all", "--filter", $"name={_run}", "--format", "{{.Names}}"], ct);

    private async Task<object?> SqlAsync(DistributedApplication app, string sql, string? password = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(await app.GetConnectionStringAsync(Orders, _limit.Token)) { Pooling = false };
        if (password is not null) settings.Password = password;
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(_limit.Token);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(_limit.Token);
    }

    /// <summary>Sends inline commands to Redis and returns the lines of all replies.</summary>
    private async Task<IReadOnlyList<string>> RedisAsync(DistributedApplication app, params string[] commands)
    {
        var address = app.GetEndpoint(Redis, "tcp");
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, _limit.Token);
        await using var stream = client.GetStream();
        // QUIT instead of a half-close: the orchestrator's proxy passes a half-close on as a full one, before the replies.
        foreach (var command in commands.Append("QUIT")) await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(command + "\r\n"), _limit.Token);
        using var reader = new StreamReader(stream);
        return (await reader.ReadToEndAsync(_limit.Token)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries)[..^1];
    }
}
