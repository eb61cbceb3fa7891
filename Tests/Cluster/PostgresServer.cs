using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tests.Cluster;

/// <summary>Runs only the AppHost's PostgreSQL, on a random port. Its data is deleted at the end.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    /// <summary>Includes the initial download of the engine.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(6);

    private RunningCluster? _running;

    /// <summary>Connection string with the superuser's name and password.</summary>
    public string ConnectionString { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Program>([], limit.Token);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        foreach (var other in builder.Resources.Where(r => r is not (PostgresServerResource or ParameterResource)).ToList()) builder.Resources.Remove(other);
        var postgres = builder.Resources.OfType<PostgresServerResource>().Single();
        foreach (var volume in postgres.Annotations.OfType<ContainerMountAnnotation>().Where(m => m.Type == ContainerMountType.Volume).ToList())
            postgres.Annotations.Remove(volume);
        _running = new RunningCluster(await builder.BuildAsync(limit.Token));
        _running.Watch();
        await _running.App.StartAsync(limit.Token);
        await _running.HealthyAsync(postgres.Name);
        ConnectionString = await _running.App.GetConnectionStringAsync(postgres.Name, limit.Token) ?? "";
    }

    public async ValueTask DisposeAsync()
    {
        if (_running is not null) await ClusterFixture.StopAsync(_running);
    }
}
