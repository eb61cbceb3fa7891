using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using MongoDb.Client;
using MongoDB.Driver;
using MongoDB.Driver.Core.Configuration;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers MongoDB clients with health checks, traces, metrics and logs.</summary>
public static class MongoDbClientExtensions
{
    private const string Section = "Aspire:MongoDB:Driver", CheckName = "MongoDB.Driver";

    private static readonly TimeSpan HealthCheckTimeMax = TimeSpan.FromSeconds(3);

    /// <summary>Registers an <see cref="IMongoClient"/> and, if the connection string names a database, an <see cref="IMongoDatabase"/>.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="connectionName">Name below <c>ConnectionStrings</c>.</param>
    /// <param name="configureSettings">Changes the settings after they were read from the configuration.</param>
    /// <param name="configureClientSettings">Changes the driver's settings after they were read from the connection string.</param>
    /// <remarks>Without a connection string, resolving the client throws an <see cref="InvalidOperationException"/>.</remarks>
    public static void AddMongoDBClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<MongoDBSettings>? configureSettings = null,
        Action<MongoClientSettings>? configureClientSettings = null) =>
        Add(builder, connectionName, serviceKey: null, configureSettings, configureClientSettings);

    /// <summary>Registers the same as <see cref="AddMongoDBClient"/>, keyed by the connection's name.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="name">Name below <c>ConnectionStrings</c>, and the key.</param>
    /// <param name="configureSettings">Changes the settings after they were read from the configuration.</param>
    /// <param name="configureClientSettings">Changes the driver's settings after they were read from the connection string.</param>
    public static void AddKeyedMongoDBClient(
        this IHostApplicationBuilder builder,
        string name,
        Action<MongoDBSettings>? configureSettings = null,
        Action<MongoClientSettings>? configureClientSettings = null) =>
        Add(builder, name, serviceKey: name, configureSettings, configureClientSettings);

    private static void Add(
        IHostApplicationBuilder builder,
        string name,
        string? serviceKey,
        Action<MongoDBSettings>? configureSettings,
        Action<MongoClientSettings>? configureClientSettings)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var settings = new MongoDBSettings();
        var section = builder.Configuration.GetSection(Section);
        section.Bind(settings);
        section.GetSection(name).Bind(settings);
        if (builder.Configuration.GetConnectionString(name) is { Length: > 0 } connectionString) settings.ConnectionString = connectionString;
        configureSettings?.Invoke(settings);

        var services = builder.Services;
        services.TryAdd(new ServiceDescriptor(
            typeof(IMongoClient), serviceKey, (provider, _) => Build(provider, name, settings, configureClientSettings), ServiceLifetime.Singleton));
        if (settings.ConnectionString is { Length: > 0 } uri && MongoUrl.Create(uri).DatabaseName is { Length: > 0 } database)
        {
            services.TryAdd(new ServiceDescriptor(
                typeof(IMongoDatabase),
                serviceKey,
                (provider, key) => provider.GetRequiredKeyedService<IMongoClient>(key).GetDatabase(database),
                ServiceLifetime.Singleton));
        }

        if (!settings.DisableHealthChecks) AddHealthCheck(services, serviceKey, settings.HealthCheckTimeout);
        if (!settings.DisableTracing) services.AddOpenTelemetry().WithTracing(static tracing => tracing.AddSource(MongoTelemetry.ActivitySourceName));
        if (!settings.DisableMetrics) services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddMeter(ConnectionPoolMetrics.MeterName));
    }

    private static MongoClient Build(IServiceProvider services, string name, MongoDBSettings settings, Action<MongoClientSettings>? configure)
    {
        if (string.IsNullOrEmpty(settings.ConnectionString))
        {
            throw new InvalidOperationException(
                $"No connection string for MongoDB: set 'ConnectionStrings:{name}', or 'ConnectionString' in the section '{Section}' or '{Section}:{name}'.");
        }

        var client = MongoClientSettings.FromConnectionString(settings.ConnectionString);
        client.LoggingSettings = new LoggingSettings(services.GetService<ILoggerFactory>());
        client.TracingOptions = new TracingOptions { Disabled = settings.DisableTracing };
        configure?.Invoke(client);
        if (!settings.DisableMetrics)
        {
            client.ClusterConfigurator += new ConnectionPoolMetrics(services.GetRequiredService<IMeterFactory>(), name).Subscribe;
        }

        return new MongoClient(client);
    }

    private static void AddHealthCheck(IServiceCollection services, string? key, int? timeoutMs)
    {
        var name = key is null ? CheckName : $"{CheckName}_{key}";
        services.AddHealthChecks();
        services.Configure<HealthCheckServiceOptions>(options =>
        {
            if (options.Registrations.Any(registration => registration.Name == name)) return;
            options.Registrations.Add(new HealthCheckRegistration(
                name,
                provider => new MongoDbHealthCheck(provider.GetRequiredKeyedService<IMongoClient>(key)),
                failureStatus: null,
                tags: null,
                timeout: timeoutMs is > 0 and var ms ? TimeSpan.FromMilliseconds(ms) : HealthCheckTimeMax));
        });
    }
}
