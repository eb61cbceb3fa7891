using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.Versioning;
using System.Text.Json;
using LoadTest.Histories;
using Tests.Cluster;
using Tests.Faults;

namespace Tests.Hosts;

/// <summary>Injects a fault of machines under load and checks the shop afterwards.</summary>
[SupportedOSPlatform("linux")]
internal static class HostRun
{
    /// <summary>
    /// Limit of a test that hangs. What it waits for has shorter limits: after this one, xUnit runs the next test although this one still changes the machines.
    /// </summary>
    public const int LimitMs = 1_200_000;

    /// <summary>
    /// Limit of the time without checkouts after the loss of a primary. Usually it is half a minute: Patroni's lease is 20 s. It is longer on two cores that
    /// run three machines and copy databases.
    /// </summary>
    public static readonly TimeSpan InterruptionMax = TimeSpan.FromSeconds(120);

    private const int CheckoutsBefore = 200, CheckoutsAfter = 200;

    /// <summary>Runs the fault, and restarts machines that it has left off.</summary>
    /// <param name="hosts">Intact machines; they are intact again afterwards.</param>
    /// <param name="fault">Name for the report.</param>
    /// <param name="faultAsync">Injects the fault and reverts it; everything else must recover automatically. Returns a remark for the report.</param>
    /// <param name="gateway">Index of the machine whose gateway stays up.</param>
    /// <param name="other">Index of a machine whose gateway gets every second request; null for none.</param>
    public static Task BalancesAsync(ThreeHosts hosts, string fault, Func<SteadyLoad, Task<string>> faultAsync, int gateway = 1, int? other = null)
        => TryAsync(hosts, async () =>
    {
        await hosts.LeadAsync(hosts.Machines[0]); // Postgres on the first machine, Redis on the second
        await hosts.LeadStockAsync(hosts.Machines[1]);
        using var shop = hosts.Shop(hosts.Machines[gateway]);
        using var otherShop = other is { } index ? hosts.Shop(hosts.Machines[index]) : null;
        var books = await HostBooks.OpenAsync(hosts, shop);
        var customer = await NewCustomerAsync(shop);
        await using var load = new SteadyLoad(shop, HostBooks.Orders, fault, other: otherShop);
        await load.DecidedAsync(CheckoutsBefore);
        load.Mark(MarkedEvent.Damaged);
        var report = await faultAsync(load);
        load.Mark(MarkedEvent.Healed);

        var clock = Stopwatch.StartNew();
        await load.DecidedAsync(CheckoutsAfter);
        var back = clock.Elapsed;
        await hosts.WholeAsync();
        var whole = clock.Elapsed;
        await load.StopAsync();
        var verdict = load.Judge(await books.CloseAsync());
        Assert.Equal(HttpStatusCode.OK, (await shop.SendAsync("GET", $"/customers/{customer}")).Status);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"deployed in {hosts.DeployTime.TotalSeconds:0} s; {report}healed: {CheckoutsAfter} checkouts after {back.TotalSeconds:0.0} s, " +
            $"all healthy and replicated after {whole.TotalSeconds:0.0} s; {verdict}"));
    });

    /// <summary>Prints the units' logs if a test fails, and restarts machines that it has left off. Repairs what a failed test has left first.</summary>
    public static async Task TryAsync(ThreeHosts hosts, Func<Task> test)
    {
        Assert.SkipUnless(hosts.Missing is null, hosts.Missing ?? "");
        await hosts.BeginAsync();
        try
        {
            await test();
            hosts.End();
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

    public static async Task<string> NewCustomerAsync(ShopClient shop)
    {
        // Creates another customer if the outcome of the first request is unknown.
        var answer = await Eventually.UntilAsync(
            () => shop.SendAsync("POST", "/customers", $$"""{"name":"Ann Lee","email":"{{CustomerClient.NewEmail()}}"}"""),
            a => a.Status == HttpStatusCode.Created);
        Assert.True(answer.Status == HttpStatusCode.Created, $"{(int)answer.Status} {answer.Body}");
        return JsonElement.Parse(answer.Body).GetProperty("customer_id").GetString()!;
    }
}
