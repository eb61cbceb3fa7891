using System.Collections.Concurrent;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tests.Cluster;

namespace Tests.Security;

/// <summary>Test classes of this collection share a cluster with gateway limits and recorded logs.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Guarded : ICollectionFixture<GuardedCluster>
{
    public const string Name = "Guarded";
}

/// <summary>A cluster with limits as in a deployment, but smaller, and with all logs at Debug.</summary>
public sealed class GuardedCluster(SharedShop shared) : ClusterFixture(shared)
{
    public const int PagesPerSecond = 4, CostlyPerSecond = 2, Connections = 6;

    private readonly LineLog _log = new();

    /// <summary>Log of the AppHost.</summary>
    public IEnumerable<string> AppHostLines => _log.Lines;

    /// <summary>Values of the model's secret parameters and of the stores' passwords, by name.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; private set; } = new Dictionary<string, string>();

    public override async ValueTask InitializeAsync()
    {
        List<ParameterResource> secrets = [];
        await StartOwnAsync(builder =>
        {
            builder.Configuration["Gateway:Limits:PagesPerSecond"] = $"{PagesPerSecond}";
            builder.Configuration["Gateway:Limits:CostlyPerSecond"] = $"{CostlyPerSecond}";
            builder.Configuration["Gateway:Limits:Connections"] = $"{Connections}";
            builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(_log));
            foreach (var project in builder.Resources.OfType<ProjectResource>())
                builder.CreateResourceBuilder(project).WithEnvironment("Logging__LogLevel__Default", "Debug");
            secrets.AddRange(builder.Resources.OfType<ParameterResource>().Where(parameter => parameter.Secret));
            // Generated passwords are not resources of the model.
            ParameterResource?[] passwords = [.. builder.Resources.OfType<PostgresServerResource>().Select(server => server.PasswordParameter),
                .. builder.Resources.OfType<RedisResource>().Select(server => server.PasswordParameter),
                .. builder.Resources.OfType<MongoDBServerResource>().Select(server => server.PasswordParameter)];
            secrets.AddRange(passwords.OfType<ParameterResource>().Except(secrets).ToList());
        });
        Secrets = (await Task.WhenAll(secrets.Select(async s => (s.Name, Value: await s.GetValueAsync(default) ?? "")))).ToDictionary();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _log.Dispose();
    }

    private sealed class LineLog : ILoggerProvider
    {
        private readonly ConcurrentQueue<string> _lines = [];

        public IEnumerable<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _lines);

        public void Dispose()
        {
        }

        private sealed class Logger(string category, ConcurrentQueue<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
                => lines.Enqueue($"{category}: {formatter(state, exception)} {exception}");
        }
    }
}
