using System.Diagnostics;
using System.Globalization;
using LoadTest.Histories;
using Tests.Cluster;

namespace Tests.Faults;

/// <summary>Injects a fault under load and checks the shop afterwards.</summary>
internal static class FaultRun
{
    /// <summary>Time after healing.</summary>
    private static readonly TimeSpan OpenSagaLimit = TimeSpan.FromSeconds(10);

    private const int CheckoutsBefore = 100, CheckoutsAfter = 100;

    /// <summary>Runs the fault.</summary>
    /// <param name="cluster">An intact cluster; it is intact again afterwards.</param>
    /// <param name="fault">Name for the report.</param>
    /// <param name="faultAsync">Injects the fault and restores the damaged part. Everything else must recover automatically.</param>
    /// <returns>The responses that the clients received.</returns>
    public static async Task<HistoryVerdict> BalancesAsync(FaultCluster cluster, string fault, Func<SteadyLoad, Task> faultAsync)
    {
        var books = await ShopBooks.OpenAsync(cluster);
        await using var load = new SteadyLoad(cluster.Shop, ShopBooks.Orders, fault);
        var report = $"{fault}, seed {load.Seed}";
        try
        {
            await load.DecidedAsync(CheckoutsBefore);
            load.Mark(MarkedEvent.Damaged);
            await faultAsync(load);
            load.Mark(MarkedEvent.Healed);
            var clock = Stopwatch.StartNew();
            await cluster.WholeAsync();
            report += string.Create(CultureInfo.InvariantCulture, $": whole after {clock.Elapsed.TotalSeconds:0.0} s");
            clock.Restart();
            await load.DecidedAsync(CheckoutsAfter);
            await load.StopAsync();
            await NoOpenSagaAsync(books, OpenSagaLimit - clock.Elapsed);
            load.Mark(MarkedEvent.Settled);
            report += string.Create(CultureInfo.InvariantCulture, $", no open saga after {clock.Elapsed.TotalSeconds:0.0} s more");
            var verdict = load.Judge(await books.CloseAsync());
            report += $"; {verdict}";
            return verdict;
        }
        catch (Exception e)
        {
            report += $": {e.Message}"; // in case healing fails too
            throw;
        }
        finally
        {
            TestContext.Current.TestOutputHelper?.WriteLine(report);
            await cluster.HealAsync();
        }
    }

    /// <summary>Waits until no saga is open.</summary>
    public static async Task NoOpenSagaAsync(ShopBooks books, TimeSpan? limit = null)
        => await Eventually.EqualAsync(0, books.OpenSagasAsync, limit ?? OpenSagaLimit);
}
