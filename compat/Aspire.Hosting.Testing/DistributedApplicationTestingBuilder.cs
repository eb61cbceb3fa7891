using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>The builder of an AppHost, held after its entry point has described everything and before it builds.</summary>
public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IDisposable, IAsyncDisposable
{
    /// <summary>Lets the entry point build, and takes the application from it.</summary>
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}

/// <summary>Starts AppHosts for tests: without the dashboard, on random ports.</summary>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>Runs the entry point of the assembly that the type is in.</summary>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default) where TEntryPoint : class
        => CreateAsync<TEntryPoint>([], (_, _) => { }, cancellationToken);

    /// <inheritdoc cref="CreateAsync{TEntryPoint}(CancellationToken)"/>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class
        => CreateAsync<TEntryPoint>(args, (_, _) => { }, cancellationToken);

    /// <inheritdoc cref="CreateAsync{TEntryPoint}(CancellationToken)"/>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args,
        Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder,
        CancellationToken cancellationToken = default) => CreateAsync(typeof(TEntryPoint), args, configureBuilder, cancellationToken);

    /// <inheritdoc cref="CreateAsync{TEntryPoint}(CancellationToken)"/>
    /// <exception cref="InvalidOperationException">The assembly has no entry point, or the entry point ended without building.</exception>
    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync(Type entryPoint, string[] args,
        Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder,
        CancellationToken cancellationToken = default)
    {
        var held = new HeldEntryPoint(entryPoint.Assembly, args, configureBuilder);
        return new TestingBuilder(held, await held.BuilderAsync(cancellationToken));
    }

    private sealed class TestingBuilder(HeldEntryPoint held, DistributedApplicationBuilder builder) : IDistributedApplicationTestingBuilder
    {
        private DistributedApplication? _application;

        public ConfigurationManager Configuration => builder.Configuration;

        public string AppHostDirectory => builder.AppHostDirectory;

        public Assembly? AppHostAssembly => builder.AppHostAssembly;

        public IHostEnvironment Environment => builder.Environment;

        public IServiceCollection Services => builder.Services;

        public IDistributedApplicationEventing Eventing => builder.Eventing;

        public DistributedApplicationExecutionContext ExecutionContext => builder.ExecutionContext;

        public IResourceCollection Resources => builder.Resources;

        public IDistributedApplicationPipeline Pipeline => builder.Pipeline;

        public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource => builder.AddResource(resource);

        public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => builder.CreateResourceBuilder(resource);

        public DistributedApplication Build() => BuildAsync().GetAwaiter().GetResult();

        public async Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default)
            => _application = await held.BuildAsync(cancellationToken);

        public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

        public async ValueTask DisposeAsync()
        {
            held.Abandon();
            if (_application is not null) await _application.DisposeAsync();
        }
    }
}

/// <summary>
/// Runs an AppHost's entry point on a thread of its own, holds it when it has described everything, lets it build when the test says so, and then ends it: the
/// test starts and stops the application.
/// </summary>
internal sealed class HeldEntryPoint : IBuilderInterceptor
{
    private readonly TaskCompletionSource<DistributedApplicationBuilder> _described = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DistributedApplication> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Assembly _assembly;
    private readonly Action<DistributedApplicationOptions, HostApplicationBuilderSettings> _configure;

    public HeldEntryPoint(Assembly assembly, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure)
    {
        _assembly = assembly;
        _configure = configure;
        var main = assembly.EntryPoint
            ?? throw new InvalidOperationException($"The assembly {assembly.GetName().Name} has no entry point; name a type of an AppHost.");
        DistributedApplicationBuilder.Interceptor.Value = this;
        try
        {
            new Thread(() => Run(main, args)) { IsBackground = true, Name = $"{assembly.GetName().Name} entry point" }.Start();
        }
        finally
        {
            DistributedApplicationBuilder.Interceptor.Value = null; // the thread has its own copy
        }
    }

    public Task<DistributedApplicationBuilder> BuilderAsync(CancellationToken ct) => _described.Task.WaitAsync(ct);

    public Task<DistributedApplication> BuildAsync(CancellationToken ct)
    {
        _go.TrySetResult();
        return _built.Task.WaitAsync(ct);
    }

    public void Abandon() => _go.TrySetException(new HostAbortedException());

    void IBuilderInterceptor.Constructing(DistributedApplicationOptions options, HostApplicationBuilderSettings settings)
    {
        options.AssemblyName ??= _assembly.GetName().Name;
        options.DisableDashboard = true;
        options.EnableResourceLogging = true;
        settings.EnvironmentName = Environments.Development;
        settings.Configuration ??= new ConfigurationManager();
        settings.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["DcpPublisher:RandomizePorts"] = "true" });
        _configure(options, settings);
    }

    void IBuilderInterceptor.Constructed(DistributedApplicationBuilder builder) { }

    void IBuilderInterceptor.Building(DistributedApplicationBuilder builder)
    {
        _described.TrySetResult(builder);
        _go.Task.GetAwaiter().GetResult();
    }

    void IBuilderInterceptor.Built(DistributedApplication application)
    {
        _built.TrySetResult(application);
        throw new HostAbortedException(); // the rest of the entry point would run it
    }

    private void Run(MethodInfo main, string[] args)
    {
        try
        {
            if (main.Invoke(null, main.GetParameters().Length == 0 ? [] : [args]) is Task task) task.GetAwaiter().GetResult();
            Fail(new InvalidOperationException("The AppHost's entry point ended without building an application."));
        }
        catch (TargetInvocationException e) when (e.InnerException is HostAbortedException) { }
        catch (HostAbortedException) { }
        catch (Exception e)
        {
            Fail((e as TargetInvocationException)?.InnerException ?? e);
        }
    }

    private void Fail(Exception e)
    {
        _described.TrySetException(e);
        _built.TrySetException(e);
    }
}
