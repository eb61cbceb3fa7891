using Customer.Api.Analytics;
using Customer.Api.Configuration;
using Customer.Api.Customers;
using Customer.Api.Metrics;
using Customer.Api.Stress;
using MongoDB.Driver;
using ServiceDefaults;

namespace Customer.Api;

internal static class CustomerServices
{
    /// <summary>Exit code for an invalid configuration (EX_CONFIG in sysexits.h).</summary>
    public const int WrongConfiguration = 78;

    private const string ConnectionName = "customers";

    /// <summary>Reads the configuration and writes its errors to the output.</summary>
    /// <returns>Null if the configuration is invalid.</returns>
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
            // The file is optional.
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

    /// <summary>Adds the service, with a single MongoDB client for the lifetime of the process.</summary>
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
        services.AddSingleton<CustomerLease>();
        services.AddHostedService<SearchWordsUpgrade>();
        services.AddSingleton<CustomerReads>();
        services.AddSingleton<CustomerStore>();
        services.AddSingleton<AnalyticsStore>();
        services.AddHostedService<AnalyticsWorker>();
        services.AddSingleton<StressCollection>();
        services.AddSingleton<BatchInsert>();
        services.AddSingleton<HeavyComputation>();
        services.AddSingleton<ConnectionStorm>();
    }

    /// <summary>Returns the default port, or null if ASP.NET Core's configuration sets an address.</summary>
    internal static int? DefaultPort(IConfiguration configuration) =>
        ((string[])["urls", "http_ports", "https_ports"]).Any(key => !string.IsNullOrEmpty(configuration[key]))
        || configuration.GetSection("Kestrel:Endpoints").Exists() ? null : CustomerSettings.ApiPortDefault;

    /// <summary>Adds the outermost middleware: it sets the instance header on every response and measures requests.</summary>
    public static void UseInstance(this WebApplication app, CustomerSettings settings)
    {
        var requests = app.Services.GetRequiredService<RequestMetrics>();
        app.Use(next => context =>
        {
            // Set as late as possible, because exception handling clears earlier headers.
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
