using Aspire.MongoDB.Driver;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using MongoDB.Driver;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers MongoDB clients with health check and traces.</summary>
public static class AspireMongoDBDriverExtensions
{
    private const string Section = "Aspire:MongoDB:Driver";
    private const string ActivitySource = "MongoDB.Driver";

    /// <summary>Registers an <see cref="IMongoClient"/> and, where the connection string names a database, an <see cref="IMongoDatabase"/>.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="connectionName">Name below <c>ConnectionStrings</c>.</param>
    /// <param name="configureSettings">Last word on the settings.</param>
    /// <param name="configureClientSettings">Last word on the driver's settings.</param>
    /// <remarks>A missing connection string is an <see cref="InvalidOperationException"/> when the client is first resolved.</remarks>
    public static void AddMongoDBClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<MongoDBSettings>? configureSettings = null,
        Action<MongoClientSettings>? configureClientSettings = null) =>
        Add(builder, connectionName, serviceKey: null, configureSettings, configureClientSettings);

    /// <summary>As <see cref="AddMongoDBClient"/>, keyed by the connection's name.</summary>
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

        builder.Services.TryAdd(new ServiceDescriptor(
            typeof(IMongoClient), serviceKey, (_, _) => Build(name, settings, configureClientSettings), ServiceLifetime.Singleton));
        if (settings.ConnectionString is { Length: > 0 } text && MongoUrl.Create(text).DatabaseName is { Length: > 0 } database)
        {
            builder.Services.TryAdd(new ServiceDescriptor(
                typeof(IMongoDatabase),
                serviceKey,
                (services, key) => services.GetRequiredKeyedService<IMongoClient>(key).GetDatabase(database),
                ServiceLifetime.Singleton));
        }

        if (!settings.DisableHealthChecks) AddHealthCheck(builder.Services, serviceKey, settings.HealthCheckTimeout);
        if (!settings.DisableTracing) builder.Services.AddOpenTelemetry().WithTracing(static tracing => tracing.AddSource(ActivitySource));
    }

    private static MongoClient Build(string name, MongoDBSettings settings, Action<MongoClientSettings>? configure)
    {
        if (string.IsNullOrEmpty(settings.ConnectionString))
        {
            throw new InvalidOperationException(
                $"No connection string for MongoDB: set 'ConnectionStrings:{name}', or 'ConnectionString' in the section '{Section}' or '{Section}:{name}'.");
        }

        var client = MongoClientSettings.FromConnectionString(settings.ConnectionString);
        configure?.Invoke(client);
        return new MongoClient(client);
    }

    private static void AddHealthCheck(IServiceCollection services, string? key, int? timeoutMs)
    {
        var name = key is null ? "MongoDB.Driver" : $"MongoDB.Driver_{key}";
        services.AddHealthChecks();
        services.Configure<HealthCheckServiceOptions>(options =>
        {
            if (options.Registrations.Any(registration => registration.Name == name)) return;
            options.Registrations.Add(new HealthCheckRegistration(
                name,
                provider => new MongoDBHealthCheck(provider.GetRequiredKeyedService<IMongoClient>(key)),
                failureStatus: null,
                tags: null,
                timeout: timeoutMs is > 0 and var ms ? TimeSpan.FromMilliseconds(ms) : null));
        });
    }
}
