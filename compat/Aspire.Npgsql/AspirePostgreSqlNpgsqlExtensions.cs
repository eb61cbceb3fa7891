using System.Data.Common;
using Aspire.Npgsql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers Postgres data sources with health check, traces and metrics.</summary>
public static class AspirePostgreSqlNpgsqlExtensions
{
    private const string Section = "Aspire:Npgsql";
    private const string TelemetryName = "Npgsql";

    /// <summary>Registers an <see cref="NpgsqlDataSource"/>, and from it <see cref="NpgsqlConnection"/> and both under their ADO.NET base types.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="connectionName">Name below <c>ConnectionStrings</c>.</param>
    /// <param name="configureSettings">Last word on the settings.</param>
    /// <param name="configureDataSourceBuilder">Last word on the data source.</param>
    /// <remarks>A missing connection string is an <see cref="InvalidOperationException"/> when the data source is first resolved.</remarks>
    public static void AddNpgsqlDataSource(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<NpgsqlSettings>? configureSettings = null,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null) =>
        Add(builder, connectionName, serviceKey: null, configureSettings, configureDataSourceBuilder);

    /// <summary>As <see cref="AddNpgsqlDataSource"/>, keyed by the connection's name.</summary>
    public static void AddKeyedNpgsqlDataSource(
        this IHostApplicationBuilder builder,
        string name,
        Action<NpgsqlSettings>? configureSettings = null,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null) =>
        Add(builder, name, serviceKey: name, configureSettings, configureDataSourceBuilder);

    private static void Add(
        IHostApplicationBuilder builder,
        string name,
        string? serviceKey,
        Action<NpgsqlSettings>? configureSettings,
        Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        var settings = new NpgsqlSettings();
        var section = builder.Configuration.GetSection(Section);
        section.Bind(settings);
        section.GetSection(name).Bind(settings);
        if (builder.Configuration.GetConnectionString(name) is { Length: > 0 } connectionString) settings.ConnectionString = connectionString;
        configureSettings?.Invoke(settings);

        AddServices(builder.Services, serviceKey, services => Build(services, name, settings, configureDataSourceBuilder));

        if (!settings.DisableHealthChecks) AddHealthCheck(builder.Services, serviceKey);
        if (!settings.DisableTracing) builder.Services.AddOpenTelemetry().WithTracing(static tracing => tracing.AddSource(TelemetryName));
        if (!settings.DisableMetrics) builder.Services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddMeter(TelemetryName));
    }

    private static NpgsqlDataSource Build(IServiceProvider services, string name, NpgsqlSettings settings, Action<NpgsqlDataSourceBuilder>? configure)
    {
        if (string.IsNullOrEmpty(settings.ConnectionString))
        {
            throw new InvalidOperationException(
                $"No connection string for Postgres: set 'ConnectionStrings:{name}', or 'ConnectionString' in the section '{Section}' or '{Section}:{name}'.");
        }

        var dataSource = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        dataSource.UseLoggerFactory(services.GetService<ILoggerFactory>());
        configure?.Invoke(dataSource);
        return dataSource.Build();
    }

    // The same four services as Npgsql's own registration: whoever asks for a connection gets a closed one and disposes of it with the scope.
    private static void AddServices(IServiceCollection services, string? key, Func<IServiceProvider, NpgsqlDataSource> build)
    {
        services.TryAdd(new ServiceDescriptor(typeof(NpgsqlDataSource), key, (provider, _) => build(provider), ServiceLifetime.Singleton));
        services.TryAdd(new ServiceDescriptor(typeof(DbDataSource), key, DataSource, ServiceLifetime.Singleton));
        services.TryAdd(new ServiceDescriptor(typeof(NpgsqlConnection), key, Connection, ServiceLifetime.Transient));
        services.TryAdd(new ServiceDescriptor(typeof(DbConnection), key, Connection, ServiceLifetime.Transient));

        static NpgsqlDataSource DataSource(IServiceProvider provider, object? key) => provider.GetRequiredKeyedService<NpgsqlDataSource>(key);
        static NpgsqlConnection Connection(IServiceProvider provider, object? key) => DataSource(provider, key).CreateConnection();
    }

    private static void AddHealthCheck(IServiceCollection services, string? key)
    {
        var name = key is null ? "PostgreSql" : $"PostgreSql_{key}";
        services.AddHealthChecks();
        services.Configure<HealthCheckServiceOptions>(options =>
        {
            if (options.Registrations.Any(registration => registration.Name == name)) return;
            options.Registrations.Add(new HealthCheckRegistration(
                name, provider => new NpgsqlHealthCheck(provider.GetRequiredKeyedService<NpgsqlDataSource>(key)), failureStatus: null, tags: null));
        });
    }
}
