using Customer.Api.Analytics;
using Customer.Api.Configuration;
using Customer.Api.Customers;
using Customer.Api.Metrics;
using Customer.Api.Stress;
using MongoDB.Driver;
using ServiceDefaults;

namespace Customer.Api;

/// <summary>Puts the service together.</summary>
internal static class CustomerServices
{
    /// <summary>The code of a process whose configuration is wrong (EX_CONFIG of sysexits.h).</summary>
    public const int WrongConfiguration = 78;

    private const string ConnectionName = "customers";

    /// <summary>Reads the configuration; says what is wrong with it.</summary>
    /// <returns>Null if something is wrong.</returns>
    public static CustomerSettings? ReadSettings(this WebApplicationBuilder builder, TextWriter output)
    {
        var errors = new List<string>();
        var named = Environment.GetEnvironmentVariable("CONFIG_FILE");
        var file = string.IsNullOrEmpty(named) ? Path.Combine(builder.Environment.ContentRootPath, CustomerSettings.FileName) : named;
        var text = "";
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && string.IsNullOrEmpty(named))
        {
            // Nothing has to be configured.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add($"{file}: cannot be read: {e.Message}");
        }

        var settings = CustomerSettings.Read(
            Path.GetFileName(file), text, Environment.GetEnvironmentVariable, builder.Configuration.GetConnectionString(ConnectionName), errors);
        foreach (var error in errors) output.WriteLine($"error: {error}");
        return errors.Count == 0 ? settings : null;
    }

    /// <summary>Adds all of the service, with the one client for the life of the process.</summary>
    public static void AddCustomers(this WebApplicationBuilder builder, CustomerSettings settings)
    {
        if (settings.LogLevel is { } level) builder.Configuration["Logging:LogLevel:Default"] = level.ToString();
        if ((settings.ApiPort ?? DefaultPort(builder.Configuration)) is { } port) builder.WebHost.UseUrls($"http://*:{port}");
        var pool = new PoolStatistics();
        builder.AddMongoDBClient(ConnectionName, mongodb => mongodb.ConnectionString = settings.ConnectionUri, client =>
        {
            ClientSettings.Apply(settings, client);
            pool.Listen(client);
        });
        var services = builder.Services;
        services.AddDependencyFailure<MongoException>("mongodb-unavailable", ClientFailures.IsUnavailable);
        services.ConfigureHttpJsonOptions(static options =>
        {
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, CustomerJson.Default);
            options.SerializerOptions.AllowDuplicateProperties = false;
        });
        services.AddSingleton(settings);
        services.AddSingleton(pool);
        services.AddSingleton<RequestMetrics>();
        services.AddSingleton<CustomerCollection>();
        services.AddSingleton<CustomerIndexes>();
        services.AddHostedService(static provider => provider.GetRequiredService<CustomerIndexes>());
        services.AddSingleton<CustomerReads>();
        services.AddSingleton<CustomerStore>();
        services.AddSingleton<AnalyticsStore>();
        services.AddHostedService<AnalyticsWorker>();
        services.AddSingleton<StressCollection>();
        services.AddSingleton<BatchInsert>();
        services.AddSingleton<HeavyComputation>();
        services.AddSingleton<ConnectionStorm>();
    }

    /// <summary>The port where ASP.NET Core's configuration names no address; null where it does.</summary>
    internal static int? DefaultPort(IConfiguration configuration) =>
        ((string[])["urls", "http_ports", "https_ports"]).Any(key => !string.IsNullOrEmpty(configuration[key]))
        || configuration.GetSection("Kestrel:Endpoints").Exists() ? null : CustomerSettings.ApiPortDefault;

    /// <summary>Outermost: names the instance on every answer, and measures.</summary>
    public static void UseInstance(this WebApplication app, CustomerSettings settings)
    {
        var requests = app.Services.GetRequiredService<RequestMetrics>();
        app.Use(next => context =>
        {
            // At the last moment: the handling of an exception clears what was set before.
            context.Response.OnStarting(static state =>
            {
                var (response, id) = ((HttpResponse, string))state;
                response.Headers["X-Instance-Id"] = id;
                return Task.CompletedTask;
            }, (context.Response, settings.InstanceId));
            return requests.MeasureAsync(context, next);
        });
    }
}
