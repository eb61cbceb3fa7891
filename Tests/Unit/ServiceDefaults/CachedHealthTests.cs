using System.Text;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using ServiceDefaults;

namespace Tests.Unit.ServiceDefaults;

[Trait("Category", "Unit")]
public sealed class CachedHealthTests
{
    private readonly ManualTime _time = new();
    private int _runs;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_callers_share_one_run()
    {
        var gate = new TaskCompletionSource<HealthReport>(TaskCreationOptions.RunContinuationsAsynchronously);
        var health = Health(() => gate.Task);
        var callers = Enumerable.Range(0, 50).Select(_ => health.GetAsync(Ct).AsTask()).ToArray();
        gate.SetResult(Report(HealthStatus.Healthy));
        var answers = await Task.WhenAll(callers);

        Assert.Equal(1, _runs);
        Assert.All(answers, answer => Assert.Equal((200, """{"status":"Healthy"}"""), (answer.StatusCode, Text(answer))));
    }

    [Fact]
    public async Task A_result_is_given_out_until_it_is_too_old()
    {
        var health = Health(() => Task.FromResult(Report(HealthStatus.Healthy)));
        await health.GetAsync(Ct);
        _time.Advance(CachedHealth.Age - TimeSpan.FromTicks(1));
        await health.GetAsync(Ct);
        Assert.Equal(1, _runs);

        _time.Advance(TimeSpan.FromTicks(1));
        await health.GetAsync(Ct);
        Assert.Equal(2, _runs);
    }

    [Fact]
    public async Task A_failing_check_is_named_and_nothing_of_its_message_is_told()
    {
        var answer = await Health(() => Task.FromResult(Report(HealthStatus.Unhealthy))).GetAsync(Ct);
        Assert.Equal((503, """{"status":"Unhealthy","failing":["db"]}"""), (answer.StatusCode, Text(answer)));
    }

    [Fact]
    public async Task A_degraded_service_still_serves()
        => Assert.Equal(200, (await Health(() => Task.FromResult(Report(HealthStatus.Degraded))).GetAsync(Ct)).StatusCode);

    [Fact]
    public async Task A_check_that_cannot_be_made_is_a_failing_one() =>
        Assert.Equal(503, (await Health(() => throw new InvalidOperationException("no connection string")).GetAsync(Ct)).StatusCode);

    [Fact]
    public async Task Nobody_waits_long_for_a_check_that_hangs()
    {
        var health = Health(() => new TaskCompletionSource<HealthReport>().Task);
        var answer = await _time.RunAsync(health.GetAsync(Ct).AsTask(), CachedHealth.WaitTimeMax);
        Assert.Equal((503, CachedHealth.WaitTimeMax), (answer.StatusCode, _time.Elapsed));
    }

    private CachedHealth Health(Func<Task<HealthReport>> check) => new(_ => { Interlocked.Increment(ref _runs); return check(); }, _time, NullLogger.Instance);

    private static HealthReport Report(HealthStatus status) =>
        new(new Dictionary<string, HealthReportEntry> { ["db"] = new(status, "Password=secret", default, new InvalidOperationException("secret"), null) },
            default);

    private static string Text(HealthAnswer answer) => Encoding.UTF8.GetString(answer.Body);
}
