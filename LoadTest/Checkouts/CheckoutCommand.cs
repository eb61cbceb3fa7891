using System.Text.Json;
using Spectre.Console;

namespace LoadTest.Checkouts;

/// <summary>Measures checkouts: prepare, bare hop, checkouts, bare hop, report, books.</summary>
internal sealed class CheckoutCommand(CheckoutOptions options, IAnsiConsole output, CancellationToken cancellationToken)
{
    private const int BareWarmupSeconds = 2, BareSeconds = 5;
    private const long ManyOrders = 1_000_000;

    private readonly DateTimeOffset _startedAt = DateTimeOffset.UtcNow;
    private readonly List<SecondStatistics> _seconds = [];
    private ProcessSample? _before, _after;

    /// <summary>Runs the command; false if the books do not balance.</summary>
    /// <exception cref="LoadTestException">The measurement failed, or the books cannot be read.</exception>
    public bool Run()
    {
        output.Print(MeasuredMachine.Current);
        var loop = options.RatePerSecond > 0 ? $"open loop, {options.RatePerSecond:N0} arrivals/s," : "closed loop,";
        output.WriteLine($"load       {loop} {options.Connections:N0} connections, {options.WarmupSeconds} s warm-up, {options.DurationSeconds} s measured,"
            + $" {options.Target}");
        if (options.Orders > ManyOrders) output.WriteLine($"note       {options.Orders:N0} orders take minutes to prepare and to check, and some GB of disk.");
        var nginx = options.HasBareHop ? NginxBinary.Find(options.Nginx) : null;
        AskStores(); // reports wrong addresses before the work, not after

        var ids = new ShopData(options, output, cancellationToken).Prepare();
        var outcomes = new CheckoutOutcome[ids.Count];
        var hopBefore = Hop(nginx, "before");
        var storesBefore = AskStores();
        var done = Load(ids, outcomes);
        var storesAfter = AskStores();
        var hopAfter = Hop(nginx, "after");

        var committed = outcomes.LongCount(outcome => outcome == CheckoutOutcome.Committed);
        var report = Report(done, hopBefore, hopAfter) with
        {
            Postgres = Report(storesBefore.Postgres, storesAfter.Postgres, committed), Redis = Report(storesBefore.Redis, storesAfter.Redis, committed),
        };
        output.Print(report);
        Save(report);
        if (options.HtmlFile is not null) File.WriteAllText(options.HtmlFile, HtmlReport.Write(report.Load));
        if (!options.IsVerified) return true;
        var ledger = new CheckoutBooksReader(options, outcomes, ids, output, cancellationToken).Read();
        output.Print(ledger);
        Save(report with { Ledger = ledger });
        return ledger.IsBalanced;
    }

    private LoadStatistics Load(OrderIds ids, CheckoutOutcome[] outcomes)
    {
        var checkout = new RequestTemplate(options.Target, "POST", "/orders/checkout/");
        return LoadDriver.Run([options.Target], new RequestSource(ids.Count, (number, buffer) => ids.Write(checkout, number, buffer), Answered),
            new LoadPlan(options.Connections)
            {
                WarmupSeconds = options.WarmupSeconds, DurationSeconds = options.DurationSeconds, RatePerSecond = options.RatePerSecond,
                WindowBegins = () => _before = ProcessSample.Take(), WindowEnded = () => _after = ProcessSample.Take(),
                EachSecond = second =>
                {
                    _seconds.Add(second);
                    output.Print(second);
                },
            }, cancellationToken);

        Verdict Answered(long number, int status, ReadOnlySpan<byte> body)
        {
            outcomes[number] = CheckoutBooks.OutcomeOf(status);
            return Verdict.Of(status);
        }
    }

    private BareHopResult? Hop(string? nginx, string when)
    {
        if (nginx is null) return null;
        var hop = BareHop.Measure(nginx, options.Connections, BareWarmupSeconds, BareSeconds, cancellationToken);
        output.Print(when, hop);
        return hop;
    }

    private (StoreFacts? Postgres, StoreFacts? Redis) AskStores() => (
        options.Postgres is { } postgres ? PostgresFacts.Read(postgres) : null,
        options.Redis is { } redis ? RedisFacts.Read(redis) : null);

    private CheckoutReport Report(LoadStatistics done, BareHopResult? before, BareHopResult? after)
    {
        var hop = before is not null && after is not null ? (before.PerSecond + after.PerSecond) / 2 : 0;
        return new CheckoutReport
        {
            Load = RunReport.Of("checkout", _startedAt, options.RatePerSecond, done, _seconds) with
            {
                Targets = [options.Target.ToString()], Users = options.Connections, RampSeconds = options.WarmupSeconds, Seed = options.Seed,
            },
            DurationSeconds = options.DurationSeconds, Orders = options.Orders, Lines = options.IsHotItem ? 1 : options.Lines, Items = options.Items,
            Users = options.Users, RanOutOfOrders = done.RanOut, OtherLatency = LatencyReport.Of(done.Failure),
            Processes = [.. ProcessSample.Between(_before!, _after!).Select(group => Report(group, done.Succeeded))],
            LargestOthers = ProcessSample.LargestOthers(_before!, _after!),
            BareHop = hop > 0 ? new BareHopReport(before!, after!, hop, done.PerSecond / hop) : null,
            Postgres = null, Redis = null,
        };
    }

    private static ProcessReport Report(ProcessUsage group, long committed) => new(group.Name, committed > 0 ? group.CpuSeconds * 1e6 / committed : null,
        group.CpuSeconds, group.ResidentBytesBefore / (double)(1 << 20), group.ResidentBytesAfter / (double)(1 << 20));

    private static StoreReport? Report(StoreFacts? before, StoreFacts? after, long committed) => before is null || after is null ? null
        : new StoreReport(after.Settings, after.Bytes.Where(size => committed > 0 && size.Value >= before.Bytes[size.Key])
            .ToDictionary(size => size.Key, size => (size.Value - before.Bytes[size.Key]) / (double)committed));

    private void Save(CheckoutReport report)
    {
        if (options.JsonFile is not null) File.WriteAllText(options.JsonFile, JsonSerializer.Serialize(report, ReportJson.Default.CheckoutReport) + "\n");
    }
}
