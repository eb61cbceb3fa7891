using LoadTest;
using LoadTest.Histories;
using LoadTest.Reports;

namespace Tests.Unit.LoadTest;

public sealed class HistoryTests
{
    /// <summary>Order 1 costs 6 of user a and contains two pieces of item x; order 2 is refused.</summary>
    private static readonly HistoryLine[] Sound =
    [
        new HistoryRun("kill -9 of 1 redis", 7, DateTimeOffset.UnixEpoch),
        new HistoryRequest("1", 0, 10, Outcome.Unknown),
        new HistoryMark(MarkedEvent.Damaged, 5),
        new HistoryMark(MarkedEvent.Healed, 1_005),
        new HistoryRequest("1", 1_100, 1_205, Outcome.Ok),
        new HistoryRequest("2", 1_100, 1_200, Outcome.Fail),
        new HistoryMark(MarkedEvent.Settled, 1_300),
        Books(),
    ];

    [Fact]
    public void A_correct_history_has_no_violations()
    {
        var verdict = HistoryChecker.Check(Sound);
        Assert.Empty(verdict.Violations);
        Assert.Equal((3, 1, 1, 1), (verdict.Requests, verdict.Ok, verdict.Unknown, verdict.Paid));
        Assert.Equal((1_000, 200), (verdict.DamagedMs, verdict.RecoveryMs));
        Assert.Equal((null, 0), (verdict.BackMs, verdict.Forgotten));
    }

    /// <summary>A loss counts until the first success that was requested after it, and every order that was forgotten counts once.</summary>
    [Fact]
    public void Permanent_losses_have_a_table_of_their_own()
    {
        using var folder = new TempFolder();
        using var output = new StringWriter();
        HistoryFile.Save(folder.Path, Sound);
        HistoryFile.Save(folder.Path, Lost(1, new HistoryMark(MarkedEvent.Lost, 105)));
        HistoryFile.Save(folder.Path,
            Lost(2, new HistoryMark(MarkedEvent.Lost, 5), new HistoryRequest("2", 0, 10, Outcome.Ok), new HistoryRequest("2", 2_000, 2_005, Outcome.Ok)));
        Assert.False(HistoryCommand.Run([folder.Path], folder / "faults.md", Consoles.Plain(output)));
        var page = File.ReadAllText(folder / "faults.md");
        Assert.Contains("| a machine is lost | 2 | 1.2 s, 1.2 s | 1 |\n\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain("redis", page[page.IndexOf("## Permanent losses", StringComparison.Ordinal)..page.IndexOf("Seeds:", StringComparison.Ordinal)],
            StringComparison.Ordinal);

        Assert.Equal(double.PositiveInfinity, HistoryChecker.Check([.. Sound, new HistoryMark(MarkedEvent.Lost, 1_101)]).BackMs);

        static HistoryLine[] Lost(int seed, params HistoryLine[] more)
            => [new HistoryRun("a machine is lost", seed, DateTimeOffset.UnixEpoch), .. Sound[1..], .. more];
    }

    [Fact]
    public void Every_violation_is_reported()
    {
        Violates("Order 2 was answered with yes, but is not paid.", new HistoryRequest("2", 0, 10, Outcome.Ok));
        Violates("a request sent at 1300 ms with no", new HistoryRequest("1", 1_300, 1_400, Outcome.Fail));
        Violates("Order 3 is paid, but its checkout was never requested.", Books(paid: [Paid(), Paid("3", total: 0, quantity: 0)]));
        Violates("Order 3 was only answered with no, but is paid.",
            new HistoryRequest("3", 0, 10, Outcome.Fail), Books(paid: [Paid(), Paid("3", total: 0, quantity: 0)]));
        Violates("The credit of user a was 10, paid orders took 6, but 3 is left.", Books(credit: 3));
        Violates("The stock of item x was 5, paid orders took 2, but 4 is left.", Books(stock: 4));
        Violates("The stock of item x is -1.", Books(stock: -1));
        Violates("No books found for item y.", Books(paid: [Paid(item: "y")]));
        Violates("1 pieces are reserved", Books(held: 1));
    }

    /// <summary>A failure may follow a success if both requests were in progress at the same time.</summary>
    [Fact]
    public void Concurrent_requests_may_be_in_any_order()
        => Assert.Empty(HistoryChecker.Check([.. Sound, new HistoryRequest("1", 1_150, 1_400, Outcome.Fail)]).Violations);

    [Fact]
    public void An_incomplete_history_is_rejected()
    {
        Assert.Throws<LoadTestException>(() => HistoryChecker.Check(Sound[1..]));
        Assert.Throws<LoadTestException>(() => HistoryChecker.Check(Sound[..^1]));
    }

    /// <summary>An unknown outcome would count as neither success nor failure, or as success, and hide a violation.</summary>
    [Theory]
    [InlineData("\"outcome\":7")]
    [InlineData("\"outcome\":\"Perhaps\"")]
    [InlineData("\"other\":\"Fail\"")]
    public void An_unknown_or_missing_outcome_is_rejected(string instead)
    {
        using var folder = new TempFolder();
        HistoryFile.Save(folder.Path, Sound);
        var file = Directory.GetFiles(folder.Path).Single();
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"outcome\":\"Fail\"", instead, StringComparison.Ordinal));
        Assert.Throws<LoadTestException>(() => HistoryFile.Load(file));
    }

    [Fact]
    public void Files_give_the_same_verdict_as_the_written_history()
    {
        using var folder = new TempFolder();
        HistoryFile.Save(folder.Path, Sound);
        HistoryFile.Save(folder.Path, [Sound[0] with { }, Books(credit: 3), new HistoryRequest("1", 0, 10, Outcome.Ok)]);
        var files = Directory.GetFiles(folder.Path);
        Assert.EndsWith("kill--9-of-1-redis-7.jsonl", Assert.Single(files), StringComparison.Ordinal);
        HistoryFile.Save(folder.Path, Sound);
        Assert.Equal(HistoryChecker.Check(Sound).ToString(), HistoryChecker.Check(HistoryFile.Load(files[0])).ToString());

        using var output = new StringWriter();
        Assert.True(HistoryCommand.Run([folder.Path], folder / "faults.md", Consoles.Plain(output)));
        var page = File.ReadAllText(folder / "faults.md");
        Assert.Contains("| kill -9 of 1 redis | 1 | 1.0 s | 3 | 1 | 0.2 s, 0.2 s | 0 |", page, StringComparison.Ordinal);
        Assert.DoesNotContain("## Permanent losses", page, StringComparison.Ordinal);

        File.AppendAllText(files[0], "{}");
        Assert.Throws<LoadTestException>(() => HistoryFile.Load(files[0]));
        Assert.Throws<UsageException>(() => HistoryCommand.Run([], null, Consoles.Plain(output)));
    }

    private static void Violates(string words, params HistoryLine[] instead)
    {
        var lines = instead.OfType<HistoryBooks>().Any() ? Sound[..^1] : Sound;
        Assert.Contains(HistoryChecker.Check([.. lines, .. instead]).Violations, violation => violation.Contains(words, StringComparison.Ordinal));
    }

    private static HistoryBooks Books(PaidOrder[]? paid = null, long credit = 4, long stock = 3, long held = 0)
        => new(paid ?? [Paid()], One("a", 10), One("a", credit), One("x", 5), One("x", stock), held);

    private static PaidOrder Paid(string id = "1", long total = 6, string item = "x", long quantity = 2) => new(id, "a", total, [item], [quantity]);

    private static Dictionary<string, long> One(string id, long value) => new() { [id] = value };
}
