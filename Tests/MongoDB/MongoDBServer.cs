using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tests.Cluster;

namespace Tests.MongoDB;

/// <summary>Test classes of this collection share one server and run sequentially.</summary>
[CollectionDefinition(Name)]
public sealed class SharedMongoDBServer : ICollectionFixture<MongoDBServer>
{
    public const string Name = "Cluster.MongoDB";
}

/// <summary>Runs only <c>AddMongoDB</c>, on random ports. Its data is deleted at the end.</summary>
public sealed class MongoDBServer : IAsyncLifetime
{
    public const string Resource = "mongodb", Gateway = "mongodb-gateway";

    /// <summary>Includes the initial download of the engines and the first build of the gateway.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(6);

    private RunningCluster? _running;

    public RunningCluster Running => _running ?? throw new InvalidOperationException("The server is not started.");

    /// <summary>Connection string with the user's name and password, as a service gets it.</summary>
    public string ConnectionString { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Program>(["--Restarts:Enabled=false"], limit.Token);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        foreach (var other in builder.Resources.Where(r => r is not (MongoDBServerResource or ParameterResource)).ToList()) builder.Resources.Remove(other);
        foreach (var volume in builder.Resources.OfType<MongoDBServerResource>().Single().Annotations.OfType<ContainerMountAnnotation>().ToList())
            builder.Resources.OfType<MongoDBServerResource>().Single().Annotations.Remove(volume);
        _running = new RunningCluster(await builder.BuildAsync(limit.Token));
        _running.Watch();
        await _running.App.StartAsync(limit.Token);
        await _running.HealthyAsync(Resource);
        ConnectionString = await _running.App.GetConnectionStringAsync(Resource, limit.Token) ?? "";
    }

    public async ValueTask DisposeAsync()
    {
        if (_running is not null) await ClusterFixture.StopAsync(_running);
    }
}
