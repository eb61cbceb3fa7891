using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Tests.Unit.Hosting;

[Trait("Category", "Unit")]
public sealed class NotificationTests : IDisposable
{
    /// <summary>Who gives up does so at once.</summary>
    private static readonly TimeSpan GiveUpLimit = TimeSpan.FromSeconds(20);

    private readonly ServiceProvider _services = new ServiceCollection().BuildServiceProvider();
    private readonly ResourceLoggerService _loggers = new();
    private readonly HostLife _life = new();
    private readonly ResourceNotificationService _states;
    private readonly ContainerResource _server = new("server");
    private readonly ExecutableResource _client = new("client", "true", "/");

    public NotificationTests() => _states = new(NullLogger<ResourceNotificationService>.Instance, _life, _services, _loggers);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _states.Dispose();
        _loggers.Dispose();
        _services.Dispose();
        _life.Dispose();
    }

    [Fact]
    public async Task Waiting_for_a_state_is_waiting_for_all_replicas()
    {
        _server.SetResourceIds(["server-1", "server-2"]);
        var wait = _states.WaitForResourceAsync("SERVER", KnownResourceStates.Running, Ct);
        await PublishAsync("server-1", KnownResourceStates.Running);
        await AssertWaitsAsync(wait);
        await PublishAsync("server-2", KnownResourceStates.Running);
        await wait;
    }

    [Fact]
    public async Task A_state_that_lasts_for_a_moment_is_seen()
    {
        var wait = _states.WaitForResourceAsync("server", KnownResourceStates.Running, Ct);
        await PublishAsync("server", KnownResourceStates.Running);
        await PublishAsync("server", KnownResourceStates.Exited, exitCode: 1);
        await wait;
    }

    [Fact]
    public async Task Healthy_means_running_and_checked_and_ready()
    {
        _server.Annotations.Add(new HealthCheckAnnotation("server_check"));
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var wait = _states.WaitForResourceHealthyAsync("server", Ct);

        await PublishAsync("server", KnownResourceStates.Running);
        await AssertWaitsAsync(wait);
        await _states.PublishUpdateAsync(_server, s => s.WithHealthReports([new("server_check", HealthStatus.Healthy, null, null)]));
        await AssertWaitsAsync(wait);
        _states.SetReady(_server, ready.Task);
        await AssertWaitsAsync(wait);
        ready.SetResult();
        Assert.Equal(HealthStatus.Healthy, (await wait).Snapshot.HealthStatus);
    }

    [Fact]
    public async Task What_a_check_said_before_a_restart_does_not_count()
    {
        _server.Annotations.Add(new HealthCheckAnnotation("server_check"));
        await PublishAsync("server", KnownResourceStates.Running);
        await _states.PublishUpdateAsync(_server, s => s.WithHealthReports([new("server_check", HealthStatus.Healthy, null, null)]));
        await PublishAsync("server", KnownResourceStates.Exited, exitCode: 0);
        await PublishAsync("server", KnownResourceStates.Running);
        Assert.True(_states.TryGetCurrentState("server", out var now));
        Assert.Equal(HealthStatus.Unhealthy, now.Snapshot.HealthStatus);
    }

    [Theory]
    [InlineData("FailedToStart", null)]
    [InlineData("Exited", 3)]
    [InlineData("Finished", 0)]
    [InlineData("RuntimeUnhealthy", null)]
    public async Task Who_stops_waiting_when_it_is_hopeless_hears_why(string state, int? exitCode)
    {
        var stops = _states.WaitForResourceHealthyAsync("server", WaitBehavior.StopOnResourceUnavailable, Ct);
        var goesOn = _states.WaitForResourceHealthyAsync("server", WaitBehavior.WaitOnResourceUnavailable, Ct);
        await PublishAsync("server", state, exitCode);

        var trouble = await Assert.ThrowsAsync<DistributedApplicationException>(() => stops);
        Assert.Contains("server", trouble.Message, StringComparison.Ordinal);
        Assert.Contains(state, trouble.Message, StringComparison.Ordinal);
        await AssertWaitsAsync(goesOn);

        await PublishAsync("server", KnownResourceStates.Running);
        _states.SetReady(_server, Task.CompletedTask);
        await goesOn;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_does_not_say_gives_up_only_where_no_dashboard_can_start_it_again(bool isDashboardDisabled)
    {
        await using var app = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = isDashboardDisabled }).Build();
        await app.ResourceNotifications.PublishUpdateAsync(_server, s => s with { State = KnownResourceStates.FailedToStart });
        var wait = app.ResourceNotifications.WaitForResourceHealthyAsync("server", Ct);
        if (isDashboardDisabled) await Assert.ThrowsAsync<DistributedApplicationException>(() => wait.WaitAsync(GiveUpLimit, Ct));
        else await AssertWaitsAsync(wait);
    }

    [Fact]
    public async Task Who_waits_without_any_options_gives_up()
    {
        await PublishAsync("server", KnownResourceStates.FailedToStart);
        await Assert.ThrowsAsync<DistributedApplicationException>(() => _states.WaitForResourceHealthyAsync("server", Ct).WaitAsync(GiveUpLimit, Ct));
    }

    [Fact]
    public async Task Who_waits_for_the_end_goes_on_after_the_expected_exit_code()
    {
        _client.Annotations.Add(new WaitAnnotation(_server, WaitType.WaitForCompletion, exitCode: 2));
        var wait = _states.WaitForDependenciesAsync(_client, Ct);
        await PublishAsync("server", KnownResourceStates.Running);
        await AssertWaitsAsync(wait);
        Assert.True(_states.TryGetCurrentState("client", out var now));
        Assert.Equal(KnownResourceStates.Waiting, now.Snapshot.State?.Text);

        await PublishAsync("server", KnownResourceStates.Finished, exitCode: 2);
        await wait;
    }

    [Theory]
    [InlineData("Finished", 1)]
    [InlineData("Exited", 137)]
    [InlineData("FailedToStart", null)]
    public async Task Who_waits_for_the_end_fails_with_another(string state, int? exitCode)
    {
        _client.Annotations.Add(new WaitAnnotation(_server, WaitType.WaitForCompletion));
        var wait = _states.WaitForDependenciesAsync(_client, Ct);
        await PublishAsync("server", state, exitCode);
        var trouble = await Assert.ThrowsAsync<DistributedApplicationException>(() => wait);
        Assert.Contains("'client' cannot start: it waits for 'server'", trouble.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_hopeless_dependency_ends_the_wait_for_all()
    {
        _client.Annotations.Add(new WaitAnnotation(new ContainerResource("never"), WaitType.WaitUntilHealthy));
        _client.Annotations.Add(new WaitAnnotation(_server, WaitType.WaitUntilStarted) { WaitBehavior = WaitBehavior.StopOnResourceUnavailable });
        var wait = _states.WaitForDependenciesAsync(_client, Ct);
        await PublishAsync("server", KnownResourceStates.FailedToStart);
        await Assert.ThrowsAsync<DistributedApplicationException>(() => wait);
    }

    [Fact]
    public async Task All_waits_end_when_the_host_stops()
    {
        var wait = _states.WaitForResourceAsync("server", KnownResourceStates.Running, Ct);
        _life.StopApplication();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    [Fact]
    public async Task A_condition_that_throws_is_its_owners_fault()
    {
        var wait = _states.WaitForResourceAsync("server", _ => throw new InvalidOperationException("mine"), Ct);
        await PublishAsync("server", KnownResourceStates.Running);
        Assert.Equal("mine", (await Assert.ThrowsAsync<InvalidOperationException>(() => wait)).Message);
    }

    private Task PublishAsync(string id, string state, int? exitCode = null) =>
        _states.PublishUpdateAsync(_server, id, s => s with { State = state, ExitCode = exitCode });

    // Nothing tells when a wait has looked at an update and goes on; a wait that ends wrongly does so at once.
    private static async Task AssertWaitsAsync(Task wait)
    {
        await Task.WhenAny(wait, Task.Delay(30, Ct));
        Assert.False(wait.IsCompleted);
    }

    private sealed class HostLife : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }
}
