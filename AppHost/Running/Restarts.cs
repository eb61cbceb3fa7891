using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AppHost;

/// <summary>
/// Restarts the processes of a run that were healthy once and ended without being stopped, after a growing pause. Too many crashes within a minute end the
/// restarts, and the dashboard shows that. Processes that never became healthy are left to the startup report.
/// </summary>
internal sealed partial class Restarts(ResourceNotificationService notifications, ResourceCommandService commands, ResourceLoggerService loggers,
    TimeProvider time) : BackgroundService
{
    /// <summary>The state in the dashboard after the restarts ended.</summary>
    public const string GivenUp = "Crash loop";

    private readonly Dictionary<string, RestartPolicy> _policies = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var change in notifications.WatchAsync(stoppingToken))
        {
            // The dashboard is an executable without that command.
            if (!change.Resource.Annotations.OfType<ResourceCommandAnnotation>().Any(c => c.Name == KnownResourceCommands.StartCommand)
                || change.Resource is not (ProjectResource or ExecutableResource)) continue;
            if (!_policies.TryGetValue(change.ResourceId, out var policy)) _policies[change.ResourceId] = policy = new RestartPolicy();
            var snapshot = change.Snapshot;
            if (snapshot.State?.Text is not { } state || !policy.Died(state, isHealthy: snapshot.HealthStatus == HealthStatus.Healthy)) continue;
            if (policy.NextPause(time.GetUtcNow()) is { } pause) _ = RestartAsync(change, pause, stoppingToken);
            else await GiveUpAsync(change);
        }
    }

    private async Task RestartAsync(ResourceEvent death, TimeSpan pause, CancellationToken ct)
    {
        var logger = loggers.GetLogger(death.ResourceId);
        try
        {
            LogRestart(logger, death.Snapshot.ExitCode, pause.TotalSeconds);
            await Task.Delay(pause, ct);
            // The user may have started it by hand.
            if (notifications.TryGetCurrentState(death.ResourceId, out var now)
                && !KnownResourceStates.TerminalStates.Contains(now.Snapshot.State?.Text)) return;
            var result = await commands.ExecuteCommandAsync(death.ResourceId, KnownResourceCommands.StartCommand, ct);
            if (!result.Success) LogFailure(logger, result.Message ?? "the start command failed");
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The application is stopping.
        }
    }

    private Task GiveUpAsync(ResourceEvent death)
    {
        LogGivenUp(loggers.GetLogger(death.ResourceId), RestartPolicy.DeathsMax);
        return notifications.PublishUpdateAsync(death.Resource, death.ResourceId,
            s => s with { State = new ResourceStateSnapshot(GivenUp, KnownResourceStateStyles.Error) });
    }

    [LoggerMessage(1, LogLevel.Warning, "The process ended unexpectedly (exit code {ExitCode}); restarting it in {Seconds:0.0} s.")]
    private static partial void LogRestart(ILogger logger, int? exitCode, double seconds);

    [LoggerMessage(2, LogLevel.Error, "The process could not be restarted: {Reason}.")]
    private static partial void LogFailure(ILogger logger, string reason);

    [LoggerMessage(3, LogLevel.Error,
        "The process ended {Deaths} times within a minute and is not restarted. Fix the cause shown in its log, then click Start.")]
    private static partial void LogGivenUp(ILogger logger, int deaths);
}
