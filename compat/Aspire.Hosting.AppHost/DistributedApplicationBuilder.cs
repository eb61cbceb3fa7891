using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>How the application's host is made.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>The command line's arguments.</summary>
    public string[]? Args { get; set; }

    /// <summary>The assembly of the AppHost; the entry assembly unless given.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>The directory that relative paths start from; the AppHost's project directory unless given.</summary>
    public string? ProjectDirectory { get; set; }

    /// <summary>Start without the dashboard.</summary>
    public bool DisableDashboard { get; set; }

    /// <summary>Write the resources' console logs to the AppHost's log too.</summary>
    public bool EnableResourceLogging { get; set; }

    /// <summary>Accepted for the official signature: the dashboard listens on loopback only, without TLS.</summary>
    public bool AllowUnsecuredTransport { get; set; }
}

/// <summary>Run or publish.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>The application runs on this machine.</summary>
    Run,

    /// <summary>Files for a deployment are written.</summary>
    Publish,
}

/// <summary>What the application is asked to do.</summary>
public class DistributedApplicationExecutionContext(DistributedApplicationOperation operation)
{
    private IServiceProvider? _services;

    /// <summary>Run or publish.</summary>
    public DistributedApplicationOperation Operation { get; } = operation;

    /// <summary>Whether files for a deployment are written.</summary>
    public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;

    /// <summary>Whether the application runs on this machine.</summary>
    public bool IsRunMode => Operation == DistributedApplicationOperation.Run;

    /// <summary>The host's services, once it is built.</summary>
    public IServiceProvider ServiceProvider
    {
        get => _services ?? throw new InvalidOperationException("The host is not built yet.");
        internal set => _services = value;
    }
}

/// <summary>Describes a distributed application.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>The host's configuration.</summary>
    ConfigurationManager Configuration { get; }

    /// <summary>The directory that relative paths start from.</summary>
    string AppHostDirectory { get; }

    /// <summary>The AppHost's assembly.</summary>
    Assembly? AppHostAssembly { get; }

    /// <summary>The host's environment.</summary>
    IHostEnvironment Environment { get; }

    /// <summary>The host's services.</summary>
    IServiceCollection Services { get; }

    /// <summary>Publishes events and takes subscriptions.</summary>
    IDistributedApplicationEventing Eventing { get; }

    /// <summary>Run or publish.</summary>
    DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <summary>All resources so far.</summary>
    IResourceCollection Resources { get; }

    /// <summary>The steps on the way to a deployment; done in publish mode only.</summary>
    IDistributedApplicationPipeline Pipeline { get; }

    /// <summary>Adds a resource.</summary>
    /// <exception cref="DistributedApplicationException">There is one of that name.</exception>
    IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;

    /// <summary>Makes a builder for a resource without adding it.</summary>
    IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource;

    /// <summary>Builds the application.</summary>
    DistributedApplication Build();
}

/// <inheritdoc cref="IDistributedApplicationBuilder"/>
public class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    /// <summary>Set by the testing package around the AppHost's entry point; follows the asynchronous flow, so parallel tests do not meet.</summary>
    internal static readonly AsyncLocal<IBuilderInterceptor?> Interceptor = new();

    // What the command line's options are called in the configuration.
    private static readonly Dictionary<string, string> Switches = new(StringComparer.OrdinalIgnoreCase)
    {
        ["--operation"] = "AppHost:Operation", ["--step"] = "Pipeline:Step", ["--output-path"] = "Pipeline:OutputPath",
    };

    private readonly HostApplicationBuilder _inner;
    private readonly ResourceCollection _resources = [];
    private readonly IBuilderInterceptor? _interceptor = Interceptor.Value;

    /// <summary>Starts from a command line.</summary>
    public DistributedApplicationBuilder(string[] args) : this(new DistributedApplicationOptions { Args = args }) { }

    /// <summary>Starts from options.</summary>
    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var settings = new HostApplicationBuilderSettings { Args = options.Args, ApplicationName = options.AssemblyName };
        _interceptor?.Constructing(options, settings);
        AppHostAssembly = options.AssemblyName is null ? Assembly.GetEntryAssembly() : Assembly.Load(options.AssemblyName);
        settings.ApplicationName ??= AppHostAssembly?.GetName().Name;
        AppHostDirectory = options.ProjectDirectory ?? ProjectDirectoryOf(AppHostAssembly) ?? Directory.GetCurrentDirectory();
        settings.ContentRootPath ??= AppHostDirectory;
        _inner = Host.CreateApplicationBuilder(settings);
        if (AppHostAssembly is not null) _inner.Configuration.AddUserSecrets(AppHostAssembly, optional: true);
        _inner.Configuration.AddEnvironmentVariables();
        if (options.Args is { Length: > 0 } args) _inner.Configuration.AddCommandLine(args, Switches);

        ConfigureLogging(_inner.Logging);
        ExecutionContext = new DistributedApplicationExecutionContext(OperationOf(_inner.Configuration["AppHost:Operation"]));
        Services.AddSingleton(Pipeline);
        Services.AddSingleton<IPipelineOutputService, PipelineOutputService>();
        Services.Configure<PipelineOptions>(_inner.Configuration.GetSection("Pipeline"));
        Services.AddSingleton(options);
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton(Eventing);
        Services.AddSingleton<DistributedApplicationModel>(_ => new DistributedApplicationModel(_resources));
        Services.AddSingleton<ResourceLoggerService>();
        Services.AddSingleton<ResourceNotificationService>();
        Services.Configure<ResourceNotificationServiceOptions>(o => o.DefaultWaitBehavior =
            options.DisableDashboard ? WaitBehavior.StopOnResourceUnavailable : WaitBehavior.WaitOnResourceUnavailable);
        Services.AddSingleton(s => new ResourceCommandService(
            s.GetRequiredService<ResourceNotificationService>(), s.GetRequiredService<ResourceLoggerService>(), s));
        Services.AddSingleton<DashboardServiceHost>();
        Services.AddSingleton<HealthMonitor>();
        Services.AddSingleton<Orchestrator>();
        Services.AddSingleton(new AppHostAssembly(AppHostAssembly));
        Services.AddSingleton(new AppHostConsole(silent: _interceptor is not null));
        Services.AddHostedService<OrchestratorHost>();
        Services.AddHealthChecks();
        Services.AddHttpClient();
        Services.Configure<HostOptions>(o => o.ShutdownTimeout = Limits.Shutdown);
        _interceptor?.Constructed(this);
    }

    /// <inheritdoc/>
    public ConfigurationManager Configuration => _inner.Configuration;

    /// <inheritdoc/>
    public string AppHostDirectory { get; }

    /// <inheritdoc/>
    public Assembly? AppHostAssembly { get; }

    /// <inheritdoc/>
    public IHostEnvironment Environment => _inner.Environment;

    /// <inheritdoc/>
    public IServiceCollection Services => _inner.Services;

    /// <inheritdoc/>
    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();

    /// <inheritdoc/>
    public DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <inheritdoc/>
    public IResourceCollection Resources => _resources;

    /// <inheritdoc/>
    public IDistributedApplicationPipeline Pipeline { get; } = new DistributedApplicationPipeline();

    /// <inheritdoc/>
    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (_resources.TryGetByName(resource.Name, out var other))
            throw new DistributedApplicationException($"Cannot add resource of type '{resource.GetType().Name}' with name '{resource.Name}': there is one " +
                $"of type '{other.GetType().Name}' with that name already; names do not depend on case.");
        _resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    /// <inheritdoc/>
    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => new ResourceBuilder<T>(this, resource);

    /// <inheritdoc/>
    public DistributedApplication Build()
    {
        _interceptor?.Building(this);
        var app = new DistributedApplication(_inner.Build());
        ExecutionContext.ServiceProvider = app.Services;
        _interceptor?.Built(app);
        return app;
    }

    private static DistributedApplicationOperation OperationOf(string? text) => string.IsNullOrEmpty(text) ? DistributedApplicationOperation.Run
        : Enum.TryParse<DistributedApplicationOperation>(text, ignoreCase: true, out var operation) && Enum.IsDefined(operation) ? operation
        : throw new DistributedApplicationException($"The operation '{text}' is not known; it is run or publish.");

    private static string? ProjectDirectoryOf(Assembly? assembly) => assembly?.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(a => string.Equals(a.Key, "AppHostProjectPath", StringComparison.OrdinalIgnoreCase))?.Value is { } path && Directory.Exists(path)
            ? path : null;

    private static void ConfigureLogging(ILoggingBuilder logging)
    {
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None); // a failed start is reported in one sentence
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None); // unhealthy is a state while starting, and shown as one
        logging.AddFilter("System.Net.Http", LogLevel.Warning);
        logging.AddSimpleConsole(o => { o.SingleLine = true; o.TimestampFormat = "HH:mm:ss "; });
    }
}

internal sealed record AppHostAssembly(Assembly? Value);

/// <summary>What the testing package sees of a builder.</summary>
internal interface IBuilderInterceptor
{
    void Constructing(DistributedApplicationOptions options, HostApplicationBuilderSettings settings);

    void Constructed(DistributedApplicationBuilder builder);

    void Building(DistributedApplicationBuilder builder);

    void Built(DistributedApplication application);
}

internal sealed class ResourceBuilder<T>(IDistributedApplicationBuilder applicationBuilder, T resource) : IResourceBuilder<T> where T : IResource
{
    public IDistributedApplicationBuilder ApplicationBuilder { get; } = applicationBuilder;

    public T Resource { get; } = resource;

    public IResourceBuilder<T> WithAnnotation<TAnnotation>(TAnnotation annotation,
        ResourceAnnotationMutationBehavior behavior = ResourceAnnotationMutationBehavior.Append)
        where TAnnotation : IResourceAnnotation
    {
        ArgumentNullException.ThrowIfNull(annotation);
        if (behavior == ResourceAnnotationMutationBehavior.Replace)
            foreach (var old in Resource.Annotations.OfType<TAnnotation>().ToList())
                Resource.Annotations.Remove(old);
        Resource.Annotations.Add(annotation);
        return this;
    }
}
