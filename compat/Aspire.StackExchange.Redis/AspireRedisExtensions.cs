using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers Redis connections with health check.</summary>
public static class AspireRedisExtensions
{
    private const string Section = "Aspire:StackExchange:Redis";

    /// <summary>Registers an <see cref="IConnectionMultiplexer"/>, connected when first resolved; while the server is away it keeps trying.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="connectionName">Name below <c>ConnectionStrings</c>.</param>
    /// <param name="configureSettings">Last word on the settings.</param>
    /// <param name="configureOptions">Last word on the driver's options.</param>
    /// <remarks>No endpoint in any of the configurations is an <see cref="InvalidOperationException"/> at the first resolve.</remarks>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null) =>
        Add(builder, connectionName, serviceKey: null, configureSettings, configureOptions);

    /// <summary>As <see cref="AddRedisClient"/>, keyed by the connection's name.</summary>
    public static void AddKeyedRedisClient(
        this IHostApplicationBuilder builder,
        string name,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null) =>
        Add(builder, name, serviceKey: name, configureSettings, configureOptions);

    /// <summary>As <see cref="AddRedisClient"/>, for registrations on top.</summary>
    public static AspireRedisClientBuilder AddRedisClientBuilder(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null) =>
        Add(builder, connectionName, serviceKey: null, configureSettings, configureOptions);

    /// <summary>As <see cref="AddKeyedRedisClient"/>, for registrations on top.</summary>
    public static AspireRedisClientBuilder AddKeyedRedisClientBuilder(
        this IHostApplicationBuilder builder,
        string name,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null) =>
        Add(builder, name, serviceKey: name, configureSettings, configureOptions);

    private static AspireRedisClientBuilder Add(
        IHostApplicationBuilder builder,
        string name,
        string? serviceKey,
        Action<StackExchangeRedisSettings>? configureSettings,
        Action<ConfigurationOptions>? configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        var settings = new StackExchangeRedisSettings();
        var section = builder.Configuration.GetSection(Section);
        section.Bind(settings);
        section.GetSection(name).Bind(settings);
        if (builder.Configuration.GetConnectionString(name) is { Length: > 0 } connectionString) settings.ConnectionString = connectionString;
        configureSettings?.Invoke(settings);

        builder.Services.TryAdd(new ServiceDescriptor(
            typeof(IConnectionMultiplexer), serviceKey, (_, _) => Connect(name, settings, section, configureOptions), ServiceLifetime.Singleton));

        if (!settings.DisableAutoActivation) builder.Services.AddSingleton<IHostedService>(services => new Activation(services, serviceKey));
        if (!settings.DisableHealthChecks) AddHealthCheck(builder.Services, serviceKey);
        return new AspireRedisClientBuilder(builder, settings, serviceKey);
    }

    // Synchronous on purpose: after an awaited ConnectAsync the caller would go on, and perhaps block, on the driver's own thread.
    private static IConnectionMultiplexer Connect(
        string name, StackExchangeRedisSettings settings, IConfigurationSection section, Action<ConfigurationOptions>? configure)
    {
        var text = settings.ConnectionString ?? "";
        var options = text.Length > 0 ? ConfigurationOptions.Parse(text) : new ConfigurationOptions();
        if (!text.Contains("abortConnect", StringComparison.OrdinalIgnoreCase)) options.AbortOnConnectFail = false;
        section.GetSection("ConfigurationOptions").Bind(options);
        section.GetSection($"{name}:ConfigurationOptions").Bind(options);
        configure?.Invoke(options);
        if (options.EndPoints.Count == 0)
        {
            throw new InvalidOperationException(
                $"No endpoints specified for Redis: set 'ConnectionStrings:{name}', or 'ConnectionString' in the section '{Section}' or '{Section}:{name}'.");
        }

        return ReplacedConnection.Start(() =>
        {
            var connection = ConnectionMultiplexer.Connect(options);
            // As 2.x behaves: each continuation on a pool thread of its own. With 1.2.6's default, one that blocks holds up all later ones.
            connection.PreserveAsyncOrder = false;
            return connection;
        });
    }

    private static void AddHealthCheck(IServiceCollection services, string? key)
    {
        var name = key is null ? "StackExchange.Redis" : $"StackExchange.Redis_{key}";
        services.AddHealthChecks();
        services.Configure<HealthCheckServiceOptions>(options =>
        {
            if (options.Registrations.Any(registration => registration.Name == name)) return;
            options.Registrations.Add(new HealthCheckRegistration(
                name, provider => new RedisHealthCheck(provider.GetRequiredKeyedService<IConnectionMultiplexer>(key)), failureStatus: null, tags: null));
        });
    }

    private sealed class Activation(IServiceProvider services, string? key) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            services.GetRequiredKeyedService<IConnectionMultiplexer>(key);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
