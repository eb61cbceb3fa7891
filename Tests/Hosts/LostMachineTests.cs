using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using LoadTest.Histories;
using Tests.Faults;

namespace Tests.Hosts;

/// <summary>
/// A machine is lost for good under load, with the primaries of both Postgres clusters; the second one also with the master of Redis. The others go on, and
/// nothing that was acknowledged is lost.
/// </summary>
[Collection(SharedHosts.Name), Trait("Category", "Hosts")]
[SupportedOSPlatform("linux")]
public sealed class LostMachineTests(ThreeHosts hosts)
{
    private const int CheckoutsWithout = 200, DelayMsMax = 2_000;

    /// <summary>Its place is taken by an empty machine with the same command that has deployed it.</summary>
    [Theory(Timeout = HostRun.LimitMs)]
    [InlineData(0)]
    [InlineData(1)]
    public Task A_machine_that_is_lost_with_its_disk_is_replaced(int machine) =>
        HostRun.BalancesAsync(hosts, $"machine {machine + 1} is lost with its disk and replaced", async load =>
    {
        var report = await LoseAsync(hosts.Machines[machine], load);
        await hosts.Machines[machine].WipeAsync();
        await hosts.StartEmptyAsync(hosts.Machines[machine]);
        await hosts.DeployAgainAsync();
        await hosts.CopiedAsync();
        await hosts.ReplicatedAsync();
        return report;
    }, gateway: machine == 1 ? 0 : 1);

    /// <summary>Without its data, but with its units, a machine joins on its own.</summary>
    [Fact(Timeout = HostRun.LimitMs)]
    public Task A_machine_that_loses_its_data_joins_again() => HostRun.BalancesAsync(hosts, "machine 2 loses its data", async load =>
    {
        var report = await LoseAsync(hosts.Machines[1], load);
        hosts.Machines[1].WipeData();
        await hosts.Machines[1].PowerOnAsync();
        await hosts.CopiedAsync();
        await hosts.ReplicatedAsync();
        return report;
    }, gateway: 0);

    private async Task<string> LoseAsync(Machine machine, SteadyLoad load)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {load.Seed}");
        await hosts.LeadAsync(machine);
        await Task.Delay(new Random(load.Seed).Next(DelayMsMax), TestContext.Current.CancellationToken);
        var clock = Stopwatch.StartNew();
        await machine.PowerOffAsync();
        load.Mark(MarkedEvent.Lost);
        await load.DecidedAsync(1, HostRun.InterruptionMax);
        var first = clock.Elapsed;
        await load.DecidedAsync(CheckoutsWithout, HostRun.InterruptionMax);
        return string.Create(CultureInfo.InvariantCulture,
            $"the first checkout after {first.TotalSeconds:0.0} s, {CheckoutsWithout} after {clock.Elapsed.TotalSeconds:0.0} s without it; ");
    }
}
