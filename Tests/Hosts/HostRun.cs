using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.Versioning;
using System.Text.Json;
using LoadTest.Histories;
using Tests.Cluster;
using Tests.Faults;

namespace Tests.Hosts;

/// <summary>A fault of machines under load, and what must be true when it is over.</summary>
[SupportedOSPlatform("linux")]
internal static class HostRun
{
    private const int CheckoutsBefore = 200, CheckoutsAfter = 200;

    /// <summary>Runs it, and brings back machines that it has left off.</summary>
    /// <param name="hosts">Whole, before and after.</param>
    /// <param name="fault">For the report.</param>
    /// <param name="faultAsync">Does the damage and takes it back; the rest must come by itself. Says something for the report, or nothing.</param>
    public static Task BalancesAsync(ThreeHosts hosts, string fault, Func<SteadyLoad, Task<string>> faultAsync) => TryAsync(hosts, async () =>
    {
        using var shop = hosts.Shop(hosts.Machines[1]); // the door that stays
        var books = await HostBooks.OpenAsync(hosts, shop);
        var customer = await NewCustomerAsync(shop);
        await using var load = new SteadyLoad(shop, HostBooks.Orders, fault);
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
            $"all healthy after {whole.TotalSeconds:0.0} s; {verdict}"));
    });

    /// <summary>Says what the units said if a test fails, and brings back machines that it has left off.</summary>
    public static async Task TryAsync(ThreeHosts hosts, Func<Task> test)
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

    public static async Task<string> NewCustomerAsync(ShopClient shop)
    {
        // Another one if it is not known whether the first was made.
        var answer = await Eventually.UntilAsync(
            () => shop.SendAsync("POST", "/customers", $$"""{"name":"Ann Lee","email":"{{CustomerClient.NewEmail()}}"}"""),
            a => a.Status == HttpStatusCode.Created);
        Assert.True(answer.Status == HttpStatusCode.Created, $"{(int)answer.Status} {answer.Body}");
        return JsonElement.Parse(answer.Body).GetProperty("customer_id").GetString()!;
    }
}
