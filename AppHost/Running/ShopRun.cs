using System.Reflection;
using Aspire.Hosting.Publishing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AppHost;

internal static class ShopRun
{
    /// <summary>Builds the application and runs it to its end, or publishes. A failure is one sentence on standard error.</summary>
    /// <returns>The exit code: 1 where the start or a step of publishing has failed, else 0.</returns>
    public static async Task<int> BuildAndRunAsync(this IDistributedApplicationBuilder builder)
    {
        // What fails is said once, below. Logging:LogLevel:Default still sets another level.
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

    /// <summary>Says in one sentence what is wrong with the model, too, which is made before <see cref="BuildAndRunAsync"/>.</summary>
    public static void ReportFailures() => AppDomain.CurrentDomain.UnhandledException += static (_, failure) =>
    {
        if (!IsHosted && Reason((Exception)failure.ExceptionObject) is { } reason) Environment.Exit(Fail(reason));
    };

    private static int Fail(string reason)
    {
        Console.Error.WriteLine($"error: {reason}");
        return 1;
    }

    /// <summary>Whether this program runs within another one, as in tests: they have reports of their own.</summary>
    private static bool IsHosted => Assembly.GetEntryAssembly() != typeof(ShopRun).Assembly;

    private static async Task<int> PublishAsync(IDistributedApplicationBuilder builder)
    {
        // A failed step ends the pipeline, and the application as if nothing had happened.
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
        // The last subscriber: the model is complete by then.
        var beforeStart = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        builder.Eventing.Subscribe<BeforeStartEvent>((_, _) =>
        {
            beforeStart.TrySetResult();
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
        // The start goes on until nothing waits for anything any more, and is reported on meanwhile. The first to fail ends both.
        var start = app.StartAsync(failed.Token);
        try
        {
            var report = ReportAsync(app, beforeStart.Task, failed.Token);
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
            throw; // disposing of the application ends what has been started
        }

        await app.WaitForShutdownAsync();
        return 0;
    }

    private static async Task ReportAsync(DistributedApplication app, Task beforeStart, CancellationToken ct)
    {
        var report = new StartupReport(app);
        await beforeStart.WaitAsync(ct);
        await report.RunAsync(ct);
    }

    /// <summary>The sentence for the user, where the exception has one; others are bugs and show where they come from.</summary>
    private static string? Reason(Exception e) => e switch
    {
        DistributedApplicationException or ArgumentException => e.Message,
        AggregateException { InnerException: { } inner } => Reason(inner),
        _ => null,
    };
}
