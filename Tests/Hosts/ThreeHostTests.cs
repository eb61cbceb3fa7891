using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.Versioning;
using LoadTest.Histories;
using Tests.Faults;

namespace Tests.Hosts;

/// <summary>
/// The deployment to three machines loses one of them under load. Sandboxing and limits are not covered, because the units run unconfined.
/// </summary>
[Collection(SharedHosts.Name), Trait("Category", "Hosts")]
[SupportedOSPlatform("linux")]
public sealed class ThreeHostTests(ThreeHosts hosts)
{
    /// <summary>Longer than a saga's lease of 6 s, so that other replicas take over the sagas of the lost machine.</summary>
    private static readonly TimeSpan OffTime = TimeSpan.FromSeconds(8), TakeOverTimeMax = TimeSpan.FromSeconds(30);

    private const int CheckoutsWithout = 200;

    /// <summary>Without the machine of the document store, checkouts continue on the other two.</summary>
    [Fact(Timeout = HostRun.LimitMs)]
    public Task Losing_a_machine_without_a_checkout_store_interrupts_nothing() =>
        HostRun.BalancesAsync(hosts, "a machine without Postgres and Redis loses power", async load =>
    {
        var clock = Stopwatch.StartNew();
        await hosts.Machines[2].PowerOffAsync();
        await load.DecidedAsync(CheckoutsWithout);
        var report = string.Create(CultureInfo.InvariantCulture, $"{CheckoutsWithout} checkouts after {clock.Elapsed.TotalSeconds:0.0} s without it; ");
        if (clock.Elapsed < OffTime) await Task.Delay(OffTime - clock.Elapsed, TestContext.Current.CancellationToken);
        await hosts.Machines[2].PowerOnAsync();
        return report;
    });

    /// <summary>Another machine becomes the primary of Postgres; the old one comes back as a standby.</summary>
    [Fact(Timeout = HostRun.LimitMs)]
    public Task Losing_the_primary_of_Postgres_for_a_while_loses_nothing() => HostRun.BalancesAsync(hosts, "the primary of Postgres loses power", async _ =>
    {
        await hosts.Machines[0].PowerOffAsync();
        await Task.Delay(OffTime, TestContext.Current.CancellationToken);
        await hosts.Machines[0].PowerOnAsync();
        return "";
    });

    /// <summary>A replica takes over. The machine comes back with an empty disk and becomes a replica; an empty master would erase the others.</summary>
    [Fact(Timeout = HostRun.LimitMs)]
    public Task Losing_the_master_of_Redis_with_its_disk_loses_nothing() =>
        HostRun.BalancesAsync(hosts, "the machine of Redis is lost with its disk", async load =>
    {
        var (lost, clock) = (hosts.Machines[1], Stopwatch.StartNew());
        await lost.PowerOffAsync();
        load.Mark(MarkedEvent.Lost);
        await load.DecidedAsync(1);
        await load.DecidedAsync(CheckoutsWithout);
        var report = string.Create(CultureInfo.InvariantCulture, $"{CheckoutsWithout} checkouts after {clock.Elapsed.TotalSeconds:0.0} s without it; ");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TakeOverTimeMax);
        lost.WipeData();
        await lost.PowerOnAsync();
        await hosts.ReplicatedAsync();
        Assert.NotEqual(lost.Address, await hosts.MasterAsync());
        return report;
    }, gateway: 0);

    /// <summary>A new release with new passwords for all stores, and back.</summary>
    [Fact(Timeout = HostRun.LimitMs)]
    public Task A_deployment_with_new_passwords_and_its_rollback_under_load_lose_nothing() =>
        HostRun.BalancesAsync(hosts, "a new release with new passwords, and back", async _ =>
    {
        var (secrets, release) = (await SecretsAsync(), await ThreeHosts.ReleaseAsync(hosts.Machines[0]));
        await hosts.Machines[0].RunAsync("sed", "-i", "/_PASSWORD=/d", "/etc/shop/secrets.env");
        await hosts.DeployAgainAsync();
        var now = await SecretsAsync();
        Assert.Equal(secrets.Length, now.Length);
        Assert.Equal(["CLUSTER_KEY", "COOKIE_SECRET", "REDIS_REPLICATION_SECRET"],
            now.Intersect(secrets).Select(static secret => secret.Split('=')[0]).Order(StringComparer.Ordinal));
        await hosts.RollBackAsync(release);
        Assert.Equal(release, await ThreeHosts.ReleaseAsync(hosts.Machines[2]));
        Assert.Equal(secrets, await SecretsAsync());
        return "";
    });

    /// <summary>
    /// All that a release has changed comes back: programs, configuration, units, and stores' passwords, wherever primaries are. Other content under the name
    /// of the running release changes nothing.
    /// </summary>
    [Fact(Timeout = HostRun.LimitMs)]
    public Task A_deployment_that_fails_is_taken_back_on_all_machines() => HostRun.TryAsync(hosts, async () =>
    {
        await hosts.LeadAsync(hosts.Machines[2]);
        await hosts.LeadStockAsync(hosts.Machines[2]);
        await hosts.Machines[0].RunAsync("sed", "-i", "/_PASSWORD=/d", "/etc/shop/secrets.env");
        var before = await InstalledAsync();
        Assert.Contains("did not become healthy", await hosts.DeployBrokenAsync(), StringComparison.Ordinal);
        await hosts.WholeAsync();
        Assert.Equal(before, await InstalledAsync());

        var used = await ThreeHosts.ReleaseAsync(hosts.Machines[0]);
        var refusal = await hosts.DeployBrokenAsync(("RELEASE", used));
        Assert.Contains($"the release name '{used}' was already used for other content", refusal, StringComparison.Ordinal);
        await hosts.WholeAsync();
        Assert.Equal(before, await InstalledAsync());
    });

    [Fact(Timeout = HostRun.LimitMs)]
    public Task A_store_that_runs_elsewhere_is_left_off() => HostRun.TryAsync(hosts, async () =>
    {
        var machine = hosts.Machines[2];
        await machine.RunAsync("sh", "-c", "echo mongodb >/etc/shop/external-stores");
        await hosts.InstallAsync(machine, "stores");
        Assert.Equal("", await ListenersAsync());
        await machine.RunAsync("rm", "/etc/shop/external-stores");
        await hosts.InstallAsync(machine, "stores");
        Assert.NotEqual("", await ListenersAsync());
        await hosts.WholeAsync();

        Task<string> ListenersAsync() => machine.RunAsync("ss", "-Htln", "sport = :27017");
    });

    [Fact(Timeout = HostRun.LimitMs)]
    public Task A_backup_restores_all_stores_to_a_consistent_state() => HostRun.TryAsync(hosts, async () =>
    {
        using var shop = hosts.Shop(hosts.Machines[1]);
        var books = await HostBooks.OpenAsync(hosts, shop);
        var kept = await HostRun.NewCustomerAsync(shop);
        await using var before = new SteadyLoad(shop, HostBooks.Orders, "a backup is restored");
        await before.DecidedAsync(CheckoutsWithout);
        await before.StopAsync();
        await hosts.BackupAsync("save");
        await hosts.WholeAsync();
        await using (var after = new SteadyLoad(shop, HostBooks.Orders, "after a backup"))
        {
            await after.DecidedAsync(CheckoutsWithout);
            await after.StopAsync();
        }
        var lost = await HostRun.NewCustomerAsync(shop);

        await hosts.BackupAsync("restore");
        await hosts.WholeAsync();
        before.Judge(await books.CloseAsync());
        Assert.Equal(HttpStatusCode.OK, (await shop.SendAsync("GET", $"/customers/{kept}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await shop.SendAsync("GET", $"/customers/{lost}")).Status);
    });

    private async Task<string[]> InstalledAsync() => await Task.WhenAll(hosts.Machines.Select(static machine => machine.RunAsync("sh", "-c",
        "cd /opt/shop && readlink current && ls releases install && sha256sum $(find /etc/shop /etc/systemd/system/shop-* -type f | sort)")));

    private async Task<string[]> SecretsAsync()
        => (await hosts.Machines[2].RunAsync("cat", "/etc/shop/secrets.env")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
