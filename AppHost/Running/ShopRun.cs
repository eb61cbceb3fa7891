using System.Reflection;
using Aspire.Hosting.Publishing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AppHost;

internal static class ShopRun
{
    /// <summary>Builds and runs the application, or publishes it. A failure is one sentence on standard error.</summary>
    /// <returns>The exit code: 1 if startup or a publishing step failed, else 0.</returns>
    public static async Task<int> BuildAndRunAsync(this IDistributedApplicationBuilder builder)
    {
        // Failures are reported once, below. Logging:LogLevel:Default can still set another level.
        builder.Services.AddLogging(static logging => logging.SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None).AddFilter("Aspire.Hosting.Dcp.DcpHost", LogLevel.Error));
        try
        {
            return builder.ExecutionContext.IsPublishMode ? await PublishAsync(builder) : await RunAsync(builder);
        }
        catch (Exception e) when (!IsHosted && Reason(e) is { } reason)
        {
            return Fail(reason);
        }
    }

    /// <summary>Reports errors in the model in one sentence, too; the model is built before <see cref="BuildAndRunAsync"/>.</summary>
    public static void ReportFailures() => AppDomain.CurrentDomain.UnhandledException += static (_, failure) =>
    {
        if (!IsHosted && Reason((Exception)failure.ExceptionObject) is { } reason) Environment.Exit(Fail(reason));
    };

    private static int Fail(string reason)
    {
        Console.Error.WriteLine($"error: {reason}");
        return 1;
    }

    /// <summary>Whether another program hosts this one, as in tests, which report failures themselves.</summary>
    private static bool IsHosted => Assembly.GetEntryAssembly() != typeof(ShopRun).Assembly;

    private static async Task<int> PublishAsync(IDistributedApplicationBuilder builder)
    {
        // A failed step ends the pipeline, but the application ends as if it had succeeded.
        var isPublished = false;
        builder.Eventing.Subscribe<AfterPublishEvent>((_, _) =>
        {
            isPublished = true;
            return Task.CompletedTask;
        });
        await using var app = builder.Build();
        await app.RunAsync();
        return isPublished ? 0 : 1;
    }

    private static async Task<int> RunAsync(IDistributedApplicationBuilder builder)
    {
        // The last subscriber, so the model is complete by then.
        // Copied while the event is handled: afterwards Aspire adds its dashboard to the model, on another thread than the report's.
        var resources = new TaskCompletionSource<IReadOnlyList<IResource>>(TaskCreationOptions.RunContinuationsAsynchronously);
        builder.Eventing.Subscribe<BeforeStartEvent>((start, _) =>
        {
            resources.TrySetResult([.. start.Model.Resources]);
            return Task.CompletedTask;
        });
        await using var app = builder.Build();
        if (IsHosted)
        {
            await app.RunAsync();
            return 0;
        }

        var stopping = app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        // The start continues until nothing waits for anything, while the report runs. The first to fail ends both.
        var start = app.StartAsync(failed.Token);
        try
        {
            var report = ReportAsync(app, resources.Task, failed.Token);
            await await Task.WhenAny(start, report);
            await Task.WhenAll(start, report);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Ctrl+C before everything was healthy.
        }
        catch
        {
            await failed.CancelAsync();
            await start.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw; // disposing the application stops what was started
        }

        await app.WaitForShutdownAsync();
        return 0;
    }

    private static async Task ReportAsync(DistributedApplication app, Task<IReadOnlyList<IResource>> resources, CancellationToken ct)
    {
        var report = new StartupReport(app);
        await report.RunAsync(await resources.WaitAsync(ct), ct);
    }

    /// <summary>Gets the sentence for the user, if the exception has one; others are bugs and keep their stack trace.</summary>
    private static string? Reason(Exception e) => e switch
    {
        DistributedApplicationException or ArgumentException => e.Message,
        AggregateException { InnerException: { } inner } => Reason(inner),
        _ => null,
    };
}
