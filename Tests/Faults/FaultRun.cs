using System.Diagnostics;
using System.Globalization;
using Tests.Cluster;

namespace Tests.Faults;

/// <summary>A fault under load, and what must be true when it is over.</summary>
internal static class FaultRun
{
    /// <summary>After healing.</summary>
    private static readonly TimeSpan OpenSagaLimit = TimeSpan.FromSeconds(10);

    private const int CheckoutsBefore = 100, CheckoutsAfter = 100;

    /// <summary>Runs it.</summary>
    /// <param name="cluster">Whole, before and after.</param>
    /// <param name="name">For the report.</param>
    /// <param name="faultAsync">Does the damage and gives back what was damaged; the rest must come by itself.</param>
    public static async Task BalancesAsync(FaultCluster cluster, string name, Func<Task> faultAsync)
    {
        var seed = Random.Shared.Next();
        var books = await ShopBooks.OpenAsync(cluster);
        await using var load = new SteadyLoad(cluster.Shop, ShopBooks.Orders, seed);
        var report = $"{name}, seed {seed}";
        try
        {
            await load.DecidedAsync(CheckoutsBefore);
            var clock = Stopwatch.StartNew();
            await faultAsync();
            report += string.Create(CultureInfo.InvariantCulture, $": damaged for {clock.Elapsed.TotalSeconds:0.0} s");
            clock.Restart();
            await cluster.WholeAsync();
            report += string.Create(CultureInfo.InvariantCulture, $", whole after {clock.Elapsed.TotalSeconds:0.0} s");
            clock.Restart();
            await load.DecidedAsync(CheckoutsAfter);
            await load.StopAsync();
            await NoOpenSagaAsync(books, OpenSagaLimit - clock.Elapsed);
            report += string.Create(CultureInfo.InvariantCulture, $", no open saga after {clock.Elapsed.TotalSeconds:0.0} s more");
            var paid = await books.AssertBalancedAsync(load.Orders);
            report += $"; {load.Orders.Count(heard => heard != Heard.Nothing)} orders asked for, {paid} paid, "
                + $"{load.Orders.Count(heard => heard.HasFlag(Heard.Unknown))} with an outcome that was unknown, {load.NoAnswers} requests without an answer";
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
