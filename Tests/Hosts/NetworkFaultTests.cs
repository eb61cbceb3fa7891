using System.Runtime.Versioning;
using Tests.Faults;

namespace Tests.Hosts;

/// <summary>Partial failures of the network between the three machines and of their disks, where a command may succeed although its response is lost.</summary>
[Collection(SharedHosts.Name), Trait("Category", "Hosts")]
[SupportedOSPlatform("linux")]
public sealed class NetworkFaultTests(ThreeHosts hosts)
{
    /// <summary>Longer than a saga's lease of 6 s.</summary>
    private static readonly TimeSpan FaultTime = TimeSpan.FromSeconds(8);

    /// <summary>Applies an iptables(8) rule on the first machine (Postgres), the second (Redis and the active gateway), or the third.</summary>
    [Theory(Timeout = HostRun.LimitMs)]
    [InlineData(0, "what Postgres answers is lost", "OUTPUT -p tcp --sport 5432 ! -o lo -j DROP")]
    [InlineData(0, "what Postgres is asked is lost", "INPUT -p tcp --dport 5432 ! -i lo -j DROP")]
    [InlineData(0, "connections to Postgres are reset", "INPUT -p tcp --dport 5432 ! -i lo -j REJECT --reject-with tcp-reset")]
    [InlineData(1, "what Redis answers is lost", "OUTPUT -p tcp --sport 6379 ! -o lo -j DROP")]
    [InlineData(2, "a machine hears nobody, and is heard", "INPUT ! -i lo -j DROP")]
    [InlineData(1, "one packet of ten to the gateway and Redis is lost", "INPUT ! -i lo -m statistic --mode random --probability 0.1 -j DROP")]
    public Task The_books_balance_after_a_fault_of_the_network(int machine, string fault, string rule) => HostRun.BalancesAsync(hosts, fault, async _ =>
    {
        await hosts.Machines[machine].RunAsync(["iptables", "-I", .. rule.Split(' ')]);
        await Task.Delay(FaultTime, TestContext.Current.CancellationToken);
        await hosts.Machines[machine].RunAsync(["iptables", "-D", .. rule.Split(' ')]);
        return "";
    });

    [Fact(Timeout = HostRun.LimitMs)]
    public Task The_books_balance_after_a_slow_link() => HostRun.BalancesAsync(hosts, "the link of Postgres' machine has 0.5 Mbit/s", async _ =>
    {
        await hosts.Machines[0].RunAsync("tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", "500kbit", "burst", "16kb", "latency", "300ms");
        await Task.Delay(FaultTime, TestContext.Current.CancellationToken);
        await hosts.Machines[0].RunAsync("tc", "qdisc", "del", "dev", "eth0", "root");
        return "";
    });

    /// <summary>The disk of a store's primary is full: it exits and is restarted until there is space, and another machine takes over.</summary>
    [Theory(Timeout = HostRun.LimitMs)]
    [InlineData(0, "postgres", "/var/lib/shop/postgres/data/pg_wal")]
    [InlineData(1, "redis", "/var/lib/shop/redis")]
    public Task The_books_balance_after_a_full_disk(int machine, string store, string folder) =>
        HostRun.BalancesAsync(hosts, $"the disk of {store} is full", async _ =>
    {
        try
        {
            await OnSmallDiskAsync(machine, store, folder, true);
            await (store == "redis" ? hosts.LeadStockAsync(hosts.Machines[machine]) : hosts.LeadAsync(hosts.Machines[machine]));
            await hosts.Machines[machine].RunAsync("sh", "-c", $"cat /dev/zero >{folder}/full 2>/dev/null || :");
            await Task.Delay(FaultTime, TestContext.Current.CancellationToken);
            await hosts.Machines[machine].RunAsync("rm", $"{folder}/full");
        }
        finally
        {
            await OnSmallDiskAsync(machine, store, folder, false);
        }
        return "";
    });

    /// <summary>Moves a folder of a store to a tmpfs of 512 MB, or back.</summary>
    private Task<string> OnSmallDiskAsync(int machine, string store, string folder, bool isSmall) => hosts.Machines[machine].RunAsync("sh", "-c", $"""
        set -e
        /opt/test/systemctl stop shop-{store}.service
        owner=$(stat -c %U:%G {folder})
        rm -rf /var/lib/copy
        cp -a {folder} /var/lib/copy
        {(isSmall ? $"mount -t tmpfs -o size=512m,mode=700 tmpfs {folder}" : $"umount {folder}; rm -rf {folder}/..?* {folder}/*")}
        cp -a /var/lib/copy/. {folder}/
        rm -rf /var/lib/copy
        chown "$owner" {folder}
        /opt/test/systemctl start shop-{store}.service
        """);
}
