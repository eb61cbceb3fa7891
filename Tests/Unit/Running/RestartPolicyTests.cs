using AppHost;
using Aspire.Hosting.ApplicationModel;

namespace Tests.Unit.Running;

[Trait("Category", "Unit")]
public sealed class RestartPolicyTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private readonly RestartPolicy _policy = new();

    [Fact]
    public void A_healthy_process_that_ends_without_being_told_to_died()
    {
        Assert.False(_policy.Died(KnownResourceStates.Starting, isHealthy: false));
        Assert.False(_policy.Died(KnownResourceStates.Running, isHealthy: false));
        Assert.False(_policy.Died(KnownResourceStates.Running, isHealthy: true));
        Assert.True(_policy.Died(KnownResourceStates.Finished, isHealthy: false));
        Assert.False(_policy.Died(KnownResourceStates.Finished, isHealthy: false)); // another report of the same exit
    }

    [Fact]
    public void A_process_that_was_stopped_did_not_die()
    {
        Assert.False(_policy.Died(KnownResourceStates.Running, isHealthy: true));
        Assert.False(_policy.Died(KnownResourceStates.Stopping, isHealthy: false));
        Assert.False(_policy.Died(KnownResourceStates.Exited, isHealthy: false));
    }

    [Fact]
    public void A_process_that_was_never_healthy_failed_to_start()
    {
        Assert.False(_policy.Died(KnownResourceStates.Running, isHealthy: false));
        Assert.False(_policy.Died(KnownResourceStates.Exited, isHealthy: false));
    }

    [Fact]
    public void A_process_that_dies_again_before_it_is_healthy_died_too()
    {
        Assert.False(_policy.Died(KnownResourceStates.Running, isHealthy: true));
        Assert.True(_policy.Died(KnownResourceStates.Exited, isHealthy: false));
        Assert.False(_policy.Died(KnownResourceStates.Starting, isHealthy: false));
        Assert.True(_policy.Died(KnownResourceStates.FailedToStart, isHealthy: false));
    }

    [Fact]
    public void Pauses_double_up_to_ten_seconds_and_end_after_eight_deaths_within_a_minute()
    {
        double?[] pauses = [.. Enumerable.Range(0, RestartPolicy.DeathsMax + 1).Select(i => _policy.NextPause(Noon.AddSeconds(i))?.TotalSeconds)];
        Assert.Equal([0.5, 1, 2, 4, 8, 10, 10, 10, null], pauses);
    }

    [Fact]
    public void Deaths_are_forgotten_after_a_minute()
    {
        for (var i = 0; i < RestartPolicy.DeathsMax; i++) _policy.NextPause(Noon);
        Assert.Equal(0.5, _policy.NextPause(Noon + RestartPolicy.Window + TimeSpan.FromSeconds(1))?.TotalSeconds);
    }
}
