using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Tests.Faults;

namespace Tests.Hosts;

/// <summary>Primaries move from machine to machine under load, because theirs is lost or because an operator moves them.</summary>
[Collection(SharedHosts.Name), Trait("Category", "Hosts")]
[SupportedOSPlatform("linux")]
public sealed class FailoverTests(ThreeHosts hosts)
{
    private const int CheckoutsWithout = 100, DelayMsMax = 3_000;

    /// <summary>The first machine comes back as a standby, and the second one is lost as soon as the first one has what it needs.</summary>
    [Fact(Timeout = HostRun.LimitMs)]
    public Task The_books_balance_after_two_failovers() =>
        HostRun.BalancesAsync(hosts, "two failovers of Postgres, and the old primaries return", async load =>
    {
        Machine first = hosts.Machines[0], second = hosts.Machines[2];
        var clock = Stopwatch.StartNew();
        await first.PowerOffAsync();
        await load.DecidedAsync(CheckoutsWithout, HostRun.InterruptionMax);
        await ReturnAsync(first);
        await hosts.LeadAsync(second);
        var between = clock.Elapsed;
        await second.PowerOffAsync();
        await load.DecidedAsync(CheckoutsWithout, HostRun.InterruptionMax);
        await ReturnAsync(second);
        return string.Create(CultureInfo.InvariantCulture, $"{between.TotalSeconds:0.0} s between the losses; ");
    });

    /// <summary>The master can be in the middle of any script. It comes back with data that the others may not have.</summary>
    [Fact(Timeout = HostRun.LimitMs)]
    public Task The_books_balance_after_a_master_of_Redis_that_is_lost_at_any_moment() =>
        HostRun.BalancesAsync(hosts, "the machine of Redis loses power", async load =>
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {load.Seed}");
        await Task.Delay(new Random(load.Seed).Next(DelayMsMax), TestContext.Current.CancellationToken);
        var clock = Stopwatch.StartNew();
        await hosts.Machines[1].PowerOffAsync();
        await load.DecidedAsync(CheckoutsWithout, HostRun.InterruptionMax);
        var report = string.Create(CultureInfo.InvariantCulture, $"{CheckoutsWithout} checkouts after {clock.Elapsed.TotalSeconds:0.0} s without it; ");
        await hosts.Machines[1].PowerOnAsync();
        await hosts.ReplicatedAsync();
        Assert.NotEqual(hosts.Machines[1].Address, await hosts.MasterAsync());
        return report;
    }, gateway: 0);

    /// <summary>All primaries move on and on until the new release runs.</summary>
    [Fact(Timeout = HostRun.LimitMs)]
    public Task The_books_balance_after_a_deployment_while_primaries_move() =>
        HostRun.BalancesAsync(hosts, "primaries move during a deployment", async load =>
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {load.Seed}");
        var (random, moves, deployment) = (new Random(load.Seed), 0, hosts.DeployAgainAsync());
        try
        {
            while (!deployment.IsCompleted)
            {
                moves++;
                foreach (var cluster in PatroniCluster.All) await cluster.LeadAsync(hosts.Machines, hosts.Machines[moves % 3]);
                await hosts.LeadStockAsync(hosts.Machines[(moves + 1) % 3]);
                await Task.WhenAny(deployment, Task.Delay(random.Next(DelayMsMax), TestContext.Current.CancellationToken));
            }
        }
        finally
        {
            await deployment;
        }
        return $"{moves} moves; ";
    });

    /// <summary>Starts a machine whose primaries have been replaced meanwhile. It must never answer as one again.</summary>
    private async Task ReturnAsync(Machine machine)
    {
        var back = BackAsync();
        var answers = PatroniCluster.All.ToDictionary(static cluster => cluster, static _ => new HashSet<string>());
        while (!back.IsCompleted)
            foreach (var (cluster, seen) in answers)
            {
                if (!machine.IsOn) continue;
                var (isInRecovery, isPrimary) = await cluster.AnswersAsync(machine);
                seen.UnionWith([isInRecovery, isPrimary]);
            }
        await back;
        foreach (var (cluster, seen) in answers)
            Assert.True(seen.Contains("t") && !seen.Contains("f") && !seen.Contains("200"), $"{cluster.Name} answered {string.Join(", ", seen)}");

        async Task BackAsync()
        {
            await machine.PowerOnAsync();
            await hosts.CopiedAsync();
        }
    }
}
