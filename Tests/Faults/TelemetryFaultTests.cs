using System.Diagnostics;

namespace Tests.Faults;

/// <summary>An outage of the telemetry backend does not affect the shop.</summary>
[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class TelemetryFaultTests(FaultCluster cluster)
{
    private const int LimitMs = 180_000;

    // Allows for bounded queues to fill up; a leak of every span would exceed it within a minute.
    private const long GrowthBytesMax = 96 << 20;

    private static readonly TimeSpan StandstillTime = TimeSpan.FromSeconds(7), GoneTime = TimeSpan.FromSeconds(3), BeforeTime = TimeSpan.FromSeconds(3);

    /// <summary>
    /// All spans of all checkouts are exported to the dashboard, which hangs and then dies. Every client still gets its response.
    /// </summary>
    [Fact(Timeout = LimitMs)]
    public async Task Checkouts_continue_while_the_collector_hangs_and_after_it_crashed()
    {
        var apis = FaultCluster.Apis.SelectMany(api => cluster.Instances(api)).ToList();
        await cluster.RestartAsync(apis, tells: true);
        try
        {
            const string Fault = "SIGSTOP of the telemetry's collector for 7 s, then kill -9";
            var verdict = await FaultRun.BalancesAsync(cluster, Fault, async load =>
            {
                var dashboard = cluster.Instances("aspire-dashboard");
                var usual = await load.RateAsync(BeforeTime);
                var before = Memory(apis);
                cluster.Send(Signal.Stop, dashboard);
                try
                {
                    AssertGoesOn(usual, await load.RateAsync(StandstillTime));
                }
                finally
                {
                    cluster.Send(Signal.Kill, dashboard);
                }
                AssertGoesOn(usual, await load.RateAsync(GoneTime));
                Assert.All(Memory(apis).Zip(before), both => Assert.InRange(both.First - both.Second, long.MinValue, GrowthBytesMax));
            });
            Assert.Equal(0, verdict.Unknown);
        }
        finally
        {
            await cluster.RestartAsync(apis);
        }
    }

    // Other work on the same machine may use half of the throughput.
    private static void AssertGoesOn(double usual, double rate)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{usual:0} checkouts/s before, {rate:0} now");
        Assert.InRange(rate, usual / 2, double.MaxValue);
    }

    private List<long> Memory(List<string> instances) => instances.ConvertAll(instance =>
    {
        using var process = Process.GetProcessById(cluster.Processes(instance)[0]);
        return process.WorkingSet64;
    });
}
