using System.Runtime.Versioning;
using Tests.Faults;

namespace Tests.Hosts;

/// <summary>
/// A machine with a primary is cut off from the two others, but not from its clients: they check out through its gateway and through another one at the same
/// time. No piece is sold on both sides, and neither side acknowledges what the other one does not know afterwards.
/// </summary>
[Collection(SharedHosts.Name), Trait("Category", "Hosts")]
[SupportedOSPlatform("linux")]
public sealed class SplitBrainTests(ThreeHosts hosts)
{
    private const int CheckoutsWithout = 200;

    private static readonly string[] Rules = ["INPUT -i eth0 ! -s 10.77.0.254 -j DROP", "OUTPUT -o eth0 ! -d 10.77.0.254 -j DROP"];

    /// <summary>Longer than Patroni's lease of 20 s, after which the others have a primary too.</summary>
    private static readonly TimeSpan CutTime = TimeSpan.FromSeconds(30);

    [Theory(Timeout = HostRun.LimitMs)]
    [InlineData(0, false, "the machine of Postgres is cut off, but not from clients")]
    [InlineData(1, false, "the machine of Redis is cut off, but not from clients")]
    [InlineData(1, true, "the machine of Postgres and Redis is cut off, but not from clients")]
    public async Task No_piece_is_sold_on_both_sides(int machine, bool hasBoth, string fault)
    {
        var other = machine == 1 ? 0 : 1;
        OneByOne? taken = null;
        var report = "";
        await HostRun.BalancesAsync(hosts, fault, async load =>
        {
            var cutOff = hosts.Machines[machine];
            taken = await OneByOne.StartAsync(hosts.Shop(hosts.Machines[other]), hosts.Shop(cutOff));
            try
            {
                if (hasBoth) await hosts.LeadAsync(cutOff);
                foreach (var rule in Rules) await cutOff.RunAsync(["iptables", "-I", .. rule.Split(' ')]);
                var end = Task.Delay(CutTime, TestContext.Current.CancellationToken);
                await load.DecidedAsync(CheckoutsWithout, HostRun.InterruptionMax);
                await end;
                if (machine == 0 || hasBoth) Assert.NotEqual("200", (await PatroniCluster.All[0].AnswersAsync(cutOff)).IsPrimary);
                Assert.NotEqual(cutOff.Address, await hosts.MasterAsync(hosts.Machines[other]));
            }
            finally
            {
                await cutOff.RunAsync("iptables", "-F");
                report = await taken.StopAsync();
            }
            return $"{report}; ";
        }, other, machine);
        await taken!.AssertBalancedAsync();
        taken.Dispose();
    }
}
