using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.Versioning;
using System.Text.Json;
using Tests.Cluster;
using Tests.Faults;

namespace Tests.Hosts;

/// <summary>
/// The deployment to three machines loses one of them under load. What is not there to be seen is a test of confinement and limits: units run unconfined.
/// </summary>
[Collection(SharedHosts.Name), Trait("Category", "Hosts")]
[SupportedOSPlatform("linux")]
public sealed class ThreeHostTests(ThreeHosts hosts)
{
    /// <summary>Longer than the lease of a saga, 6 s: others take over what was in the hands of the machine.</summary>
    private static readonly TimeSpan OffTime = TimeSpan.FromSeconds(8);

    private const int LimitMs = 400_000, CheckoutsBefore = 200, CheckoutsAfter = 200;

    /// <summary>Without the machine of the documents' store checkouts go on, through the other two.</summary>
    [Fact(Timeout = LimitMs)]
    public Task A_machine_without_a_store_of_the_checkout_is_not_missed() => TryAsync(() => LoseAndRegainAsync(2, isMissed: false));

    /// <summary>Without Postgres there is no checkout until its machine is back; then all is as it was.</summary>
    [Fact(Timeout = LimitMs)]
    public Task The_machine_of_a_store_is_missed_until_it_is_back() => TryAsync(() => LoseAndRegainAsync(0, isMissed: true));

    [Fact(Timeout = LimitMs)]
    public Task A_backup_brings_back_all_stores_as_they_were_together() => TryAsync(SaveAndRestoreAsync);

    /// <summary>A new release, and all passwords of the stores with it.</summary>
    [Fact(Timeout = LimitMs)]
    public Task A_deployment_with_new_passwords_under_load_loses_nothing() => TryAsync(DeployUnderLoadAsync);

    private async Task DeployUnderLoadAsync()
    {
        using var shop = hosts.Shop(hosts.Machines[1]);
        var books = await HostBooks.OpenAsync(hosts, shop);
        var customer = await NewCustomerAsync(shop);
        var secrets = await SecretsAsync();
        await using var load = new SteadyLoad(shop, HostBooks.Orders, Random.Shared.Next());
        await load.DecidedAsync(CheckoutsBefore);
        await hosts.Machines[0].RunAsync("sed", "-i", "/_PASSWORD=/d", "/etc/shop/secrets.env");
        await hosts.DeployAgainAsync();
        await load.DecidedAsync(CheckoutsAfter);
        await load.StopAsync();
        await books.AssertBalancedAsync(load.Orders);
        Assert.Equal(HttpStatusCode.OK, (await shop.SendAsync("GET", $"/customers/{customer}")).Status);
        var now = await SecretsAsync();
        Assert.Equal(secrets.Length, now.Length);
        Assert.Equal("COOKIE_SECRET", Assert.Single(now.Intersect(secrets)).Split('=')[0]);
    }

    private async Task<string[]> SecretsAsync()
        => (await hosts.Machines[2].RunAsync("cat", "/etc/shop/secrets.env")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task SaveAndRestoreAsync()
    {
        using var shop = hosts.Shop(hosts.Machines[1]);
        var books = await HostBooks.OpenAsync(hosts, shop);
        var kept = await NewCustomerAsync(shop);
        int paid;
        await using (var load = new SteadyLoad(shop, HostBooks.Orders, seed: 1))
        {
            await load.DecidedAsync(CheckoutsBefore);
            await load.StopAsync();
            paid = await books.AssertBalancedAsync(load.Orders);
        }
        await hosts.BackupAsync("save");
        await hosts.WholeAsync();
        await using (var load = new SteadyLoad(shop, HostBooks.Orders, seed: 2))
        {
            await load.DecidedAsync(CheckoutsBefore);
            await load.StopAsync();
        }
        var lost = await NewCustomerAsync(shop);

        await hosts.BackupAsync("restore");
        await hosts.WholeAsync();
        Assert.Equal(paid, await books.AssertBalancedAsync());
        Assert.Equal(HttpStatusCode.OK, (await shop.SendAsync("GET", $"/customers/{kept}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await shop.SendAsync("GET", $"/customers/{lost}")).Status);
    }

    private async Task TryAsync(Func<Task> test)
    {
        Assert.SkipUnless(hosts.Missing is null, hosts.Missing ?? "");
        try
        {
            await test();
        }
        catch (Exception) when (hosts.Report())
        {
            throw;
        }
        finally
        {
            await hosts.HealAsync();
        }
    }

    private async Task LoseAndRegainAsync(int index, bool isMissed)
    {
        var machine = hosts.Machines[index];
        using var shop = hosts.Shop(hosts.Machines[1]); // the door that stays
        var books = await HostBooks.OpenAsync(hosts, shop);
        var customer = await NewCustomerAsync(shop);
        await using var load = new SteadyLoad(shop, HostBooks.Orders, Random.Shared.Next());
        await load.DecidedAsync(CheckoutsBefore);

        var clock = Stopwatch.StartNew();
        await machine.PowerOffAsync();
        if (!isMissed) await load.DecidedAsync(CheckoutsAfter);
        var without = clock.Elapsed;
        if (clock.Elapsed < OffTime) await Task.Delay(OffTime - clock.Elapsed, TestContext.Current.CancellationToken);

        clock.Restart();
        await machine.PowerOnAsync();
        await load.DecidedAsync(CheckoutsAfter);
        var back = clock.Elapsed;
        await hosts.WholeAsync();
        var whole = clock.Elapsed;
        await load.StopAsync();
        var paid = await books.AssertBalancedAsync(load.Orders);
        Assert.Equal(HttpStatusCode.OK, (await shop.SendAsync("GET", $"/customers/{customer}")).Status);
        var off = isMissed ? "" : string.Create(CultureInfo.InvariantCulture, $"{CheckoutsAfter} checkouts after {without.TotalSeconds:0.0} s; ");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"deployed in {hosts.DeployTime.TotalSeconds:0} s; " +
            $"{machine.Name} off: {off}on again: {CheckoutsAfter} checkouts after {back.TotalSeconds:0.0} s, all healthy after {whole.TotalSeconds:0.0} s; " +
            $"{paid} orders paid, {load.Orders.Count(h => h.HasFlag(Heard.Unknown))} with an outcome that was unknown, " +
            $"{load.NoAnswers} requests without an answer"));
    }

    private static async Task<string> NewCustomerAsync(ShopClient shop)
    {
        // Another one if it is not known whether the first was made.
        var answer = await Eventually.UntilAsync(
            () => shop.SendAsync("POST", "/customers", $$"""{"name":"Ann Lee","email":"{{CustomerClient.NewEmail()}}"}"""),
            a => a.Status == HttpStatusCode.Created);
        Assert.True(answer.Status == HttpStatusCode.Created, $"{(int)answer.Status} {answer.Body}");
        return JsonElement.Parse(answer.Body).GetProperty("customer_id").GetString()!;
    }
}
