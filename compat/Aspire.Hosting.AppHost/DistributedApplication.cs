using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>A distributed application that can be run.</summary>
public class DistributedApplication(IHost host) : IHost, IAsyncDisposable
{
    private int _disposed;

    /// <summary>Starts to describe an application without arguments.</summary>
    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    /// <summary>Starts to describe an application.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args) => new DistributedApplicationBuilder(args);

    /// <summary>Starts to describe an application.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options) => new DistributedApplicationBuilder(options);

    /// <summary>The host's services.</summary>
    public IServiceProvider Services => host.Services;

    /// <summary>The resources' states.</summary>
    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>The resources' commands.</summary>
    public ResourceCommandService ResourceCommands => Services.GetRequiredService<ResourceCommandService>();

    /// <summary>Runs until Ctrl+C or SIGTERM; in publish mode nothing is started, and it returns when all is written. What goes wrong is said in one
    /// sentence on standard error, with exit code 1.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <inheritdoc cref="Run"/>
    public virtual async Task RunAsync(CancellationToken cancellationToken = default)
    {
        var lifetime = Services.GetRequiredService<IHostApplicationLifetime>();
        var report = new StartupReport(Services);
        try
        {
            if (Services.GetRequiredService<DistributedApplicationExecutionContext>().IsPublishMode)
            {
                await PublishAsync(cancellationToken);
                return;
            }

            await StartAsync(cancellationToken);
            await using var stop = cancellationToken.Register(lifetime.StopApplication);
            await report.RunAsync(lifetime.ApplicationStopping);
            await host.WaitForShutdownAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested || lifetime.ApplicationStopping.IsCancellationRequested)
        {
            await StopAsync(CancellationToken.None); // Ctrl+C while starting
        }
        catch (Exception e)
        {
            report.Fail(e);
            Environment.ExitCode = 1;
            await StopAsync(CancellationToken.None);
        }
        finally
        {
            await DisposeAsync();
        }
    }

    /// <summary>Starts everything and returns; resources may still be starting.</summary>
    /// <exception cref="DistributedApplicationException">Something that all need is missing or broken.</exception>
    public virtual Task StartAsync(CancellationToken cancellationToken = default) => host.StartAsync(cancellationToken);

    private Task PublishAsync(CancellationToken cancellationToken) => Services.GetRequiredService<IDistributedApplicationPipeline>().ExecuteAsync(new(
        Services.GetRequiredService<DistributedApplicationModel>(), Services.GetRequiredService<DistributedApplicationExecutionContext>(), Services,
        Services.GetRequiredService<ILoggerFactory>().CreateLogger("Aspire.Hosting.Pipelines"), cancellationToken));

    /// <summary>Stops everything that was started; returns when no process is left.</summary>
    public virtual Task StopAsync(CancellationToken cancellationToken = default) => host.StopAsync(cancellationToken);

    /// <summary>Stops and frees everything.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return; // RunAsync disposes what it ran
        await Services.GetRequiredService<Orchestrator>().DisposeAsync();
        if (host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        else host.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public virtual void Dispose()
    {
        DisposeAsync().AsTask().GetAwaiter().GetResult();
        GC.SuppressFinalize(this);
    }
}
