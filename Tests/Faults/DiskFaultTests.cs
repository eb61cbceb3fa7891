using System.Globalization;
using System.Text.RegularExpressions;
using Tests.Cluster;
using Tests.Unit;

namespace Tests.Faults;

/// <summary>
/// Failing disk syncs. The kernel keeps the data, so nothing is lost by the fault itself: the test covers the reaction of the stores.
/// </summary>
[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed partial class DiskFaultTests(FaultCluster cluster)
{
    private const int LimitMs = 180_000;

    private const string Syncs = "fsync,fdatasync";

    /// <summary>The first sync of each process fails.</summary>
    private static readonly string[] Failing = ["-o", "/dev/null", "-e", $"trace={Syncs}", "-e", $"inject={Syncs}:error=EIO:when=1"];

    private static readonly string[] Slow = ["-f", "-o", "/dev/null", "-e", $"trace={Syncs}", "-e", $"inject={Syncs}:delay_exit=200000"];

    private const string Panic = "PANIC:  could not fdatasync";

    private static readonly TimeSpan SlowTime = TimeSpan.FromSeconds(3), PanicLimit = TimeSpan.FromSeconds(10);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>After a failed sync the content of the disk is unknown, so Postgres crashes and replays its log.</summary>
    [Fact(Timeout = LimitMs)]
    public Task The_books_balance_when_Postgres_cannot_sync() => FaultRun.BalancesAsync(cluster, "a sync of Postgres' disk fails", async _ =>
    {
        Tracer.SkipUnlessThere();
        var instance = cluster.Instances("postgres")[0];
        // Not the first process, which starts the others: the first failed sync stops all of them, and their replacements have a working disk.
        var workers = cluster.Processes(instance).Where(process => ProcessTable.Tree(process).Count == 1).ToList();
        await using var tracer = await Tracer.AttachAsync(workers, Failing);
        Assert.Contains(Panic, await Eventually.UntilAsync(
            () => cluster.LogAsync(instance), log => log.Contains(Panic, StringComparison.Ordinal), PanicLimit), StringComparison.Ordinal);
    });

    /// <summary>Redis, which syncs before it replies, exits.</summary>
    [Fact(Timeout = LimitMs)]
    public Task The_books_balance_when_Redis_cannot_sync() => FaultRun.BalancesAsync(cluster, "a sync of Redis' disk fails", async _ =>
    {
        Tracer.SkipUnlessThere();
        var instance = cluster.Instances("redis")[0];
        await using (var tracer = await Tracer.AttachAsync(cluster.Processes(instance), Failing))
            await tracer.EndedAsync();
        await cluster.DeadAsync([instance]);
        Assert.Contains("Can't persist AOF for fsync error", await cluster.LogAsync(instance), StringComparison.Ordinal);
        await cluster.StartAsync(instance);
    });

    [Theory(Timeout = LimitMs)]
    [InlineData("postgres")]
    [InlineData("redis")]
    public Task The_books_balance_while_syncs_are_slow(string resource) =>
        FaultRun.BalancesAsync(cluster, $"each sync of {resource} takes 0.2 s more", async _ =>
    {
        Tracer.SkipUnlessThere();
        await using var tracer = await Tracer.AttachAsync(cluster.Processes(cluster.Instances(resource)[0]), Slow);
        await Task.Delay(SlowTime, Ct);
    });

    /// <summary>
    /// The machine of Redis loses power during a sync, so all writes since the last sync are lost. None of them was acknowledged.
    /// </summary>
    [Fact(Timeout = LimitMs)]
    public Task The_books_balance_after_Redis_has_lost_what_it_had_not_synced() =>
        FaultRun.BalancesAsync(cluster, "Redis loses power, and all that was not synced", async _ =>
    {
        Tracer.SkipUnlessThere();
        using var folder = new TempFolder();
        var (instance, calls) = (cluster.Instances("redis")[0], Path.Combine(folder.Path, "calls"));
        string[] arguments = ["-y", "-s", "0", "-o", calls, "-e", "trace=write,fdatasync", "-e", "inject=fdatasync:signal=SIGKILL:when=20"];
        await using (var tracer = await Tracer.AttachAsync(cluster.Processes(instance), arguments)) await tracer.EndedAsync();
        await cluster.DeadAsync([instance]);
        var (log, lost) = NotSynced(await File.ReadAllLinesAsync(calls, Ct));
        TestContext.Current.TestOutputHelper?.WriteLine($"{lost} bytes of {log} are lost");
        Assert.NotEqual(0, lost);
        await using (var file = File.OpenWrite(log)) file.SetLength(file.Length - lost);
        await cluster.StartAsync(instance);
    });

    /// <summary>Returns the log file of Redis, and the number of bytes written to it since the last completed sync.</summary>
    private static (string Log, long Bytes) NotSynced(IEnumerable<string> calls)
    {
        var (log, bytes) = ("", 0L);
        foreach (var call in calls)
        {
            if (WritePattern().Match(call) is { Success: true } write)
                (log, bytes) = (write.Groups[1].Value, bytes + long.Parse(write.Groups[2].Value, CultureInfo.InvariantCulture));
            else if (SyncPattern().IsMatch(call)) bytes = 0;
        }

        return (log, bytes);
    }

    [GeneratedRegex(@"^write\(\d+<(.+\.aof)>.* = (\d+)$")]
    private static partial Regex WritePattern();

    [GeneratedRegex(@"^fdatasync\(\d+<.+\.aof>\) += 0$")]
    private static partial Regex SyncPattern();
}
