using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Tests.Cluster;
using Tests.Faults;

namespace Tests.Hosts;

/// <summary>Processes of a store stall without ending, or the leader of etcd is lost. The primaries stay where they are, and checkouts go on.</summary>
[Collection(SharedHosts.Name), Trait("Category", "Hosts")]
[SupportedOSPlatform("linux")]
public sealed class StallTests(ThreeHosts hosts)
{
    private const int CheckoutsWithout = 200, Bursts = 8;

    private static readonly string[] Stores = ["postgres", "redis"];

    /// <summary>Longer than the 5 s after which a primary of Postgres and Redis drops a replica that does not answer.</summary>
    private static readonly TimeSpan StallTime = TimeSpan.FromSeconds(10);

    /// <summary>Shorter than the 3 s after which Redis gets another master.</summary>
    private static readonly TimeSpan BurstTime = TimeSpan.FromSeconds(1.5), BetweenBursts = TimeSpan.FromSeconds(0.5);

    [Fact(Timeout = HostRun.LimitMs)]
    public Task A_standby_that_stalls_stops_nothing() =>
        HostRun.BalancesAsync(hosts, "the standbys of Postgres and Redis on a machine stall", load => StallAsync(hosts.Machines[2], load, Stores));

    [Fact(Timeout = HostRun.LimitMs)]
    public Task The_books_balance_after_primaries_that_are_slow() =>
        HostRun.BalancesAsync(hosts, "the primaries of Postgres and Redis stall again and again", async load =>
    {
        try
        {
            for (var burst = 0; burst < Bursts; burst++)
            {
                Send(Signal.Stop);
                await Task.Delay(BurstTime, TestContext.Current.CancellationToken);
                Send(Signal.Continue);
                await Task.Delay(BetweenBursts, TestContext.Current.CancellationToken);
            }
        }
        finally
        {
            Send(Signal.Continue);
        }
        return "";

        void Send(Signal signal)
        {
            hosts.Machines[0].Send(signal, "postgres");
            hosts.Machines[1].Send(signal, "redis");
        }
    });

    /// <summary>The machine has no primary, so that its loss is not theirs.</summary>
    [Fact(Timeout = HostRun.LimitMs)]
    public Task Losing_the_machine_of_etcds_leader_stops_nothing() => HostRun.BalancesAsync(hosts, "the machine of etcd's leader loses power", async load =>
    {
        var machine = hosts.Machines[2];
        await EtcdCluster.LeadAsync(hosts.Machines, machine);
        var clock = Stopwatch.StartNew();
        await machine.PowerOffAsync();
        var report = await GoesOnAsync(load);
        if (clock.Elapsed < StallTime) await Task.Delay(StallTime - clock.Elapsed, TestContext.Current.CancellationToken);
        await machine.PowerOnAsync();
        return report;
    });

    [Fact(Timeout = HostRun.LimitMs)]
    public Task The_loss_of_etcds_leader_stops_nothing() => HostRun.BalancesAsync(hosts, "kill -9 of etcd's leader, then SIGSTOP of the leader", async load =>
    {
        var machine = hosts.Machines[2];
        await EtcdCluster.LeadAsync(hosts.Machines, machine);
        machine.Send(Signal.Kill, "etcd");
        var report = await GoesOnAsync(load);
        await EtcdCluster.LeadAsync(hosts.Machines, machine);
        report += await StallAsync(machine, load, "etcd");
        await Eventually.EqualAsync(false, () => EtcdCluster.LeadsAsync(machine)); // once it has heard of the new leader
        return report;
    });

    private async Task<string> StallAsync(Machine machine, SteadyLoad load, params string[] stores)
    {
        try
        {
            foreach (var store in stores) machine.Send(Signal.Stop, store);
            var stall = Task.Delay(StallTime, TestContext.Current.CancellationToken);
            var report = await GoesOnAsync(load);
            await stall;
            return report + await GoesOnAsync(load);
        }
        finally
        {
            foreach (var store in stores) machine.Send(Signal.Continue, store);
        }
    }

    /// <summary>Checkouts go on, with the same primaries.</summary>
    private async Task<string> GoesOnAsync(SteadyLoad load)
    {
        var clock = Stopwatch.StartNew();
        await load.DecidedAsync(CheckoutsWithout);
        Assert.Equal("200", (await PatroniCluster.All[0].AnswersAsync(hosts.Machines[0])).IsPrimary);
        Assert.Equal(hosts.Machines[1].Address, await hosts.MasterAsync());
        return string.Create(CultureInfo.InvariantCulture, $"{CheckoutsWithout} checkouts after {clock.Elapsed.TotalSeconds:0.0} s; ");
    }
}
