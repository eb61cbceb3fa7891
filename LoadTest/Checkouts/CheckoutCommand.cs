using System.Text.Json;
using Spectre.Console;

namespace LoadTest.Checkouts;

/// <summary>Measures checkouts, or a mix with other requests: prepare, bare hop, load, bare hop, report, books.</summary>
internal sealed class CheckoutCommand(CheckoutOptions options, IAnsiConsole output, CancellationToken cancellationToken)
{
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
        var hop = new HopMeter(options.HasBareHop ? NginxBinary.Find(options.Nginx) : null, options.Connections, output, cancellationToken);
        AskStores(); // reports wrong addresses before the work, not after

        var ids = new ShopData(options, output, cancellationToken).Prepare();
        var outcomes = new CheckoutOutcome[ids.Count];
        hop.Before();
        var storesBefore = AskStores();
        var mix = options.IsMix ? new ShopMix(options, outcomes) : null;
        var done = Load(mix?.Requests ?? Checkouts(ids, outcomes));
        var storesAfter = AskStores();
        hop.After();

        var committed = outcomes.LongCount(outcome => outcome == CheckoutOutcome.Committed);
        var report = Report(done, hop.Report(done.PerSecond)) with
        {
            Postgres = Report(storesBefore.Postgres, storesAfter.Postgres, committed),
            Redis = Report(storesBefore.Redis, storesAfter.Redis, committed),
        };
        output.Print(report);
        Save(report);
        if (options.HtmlFile is not null) File.WriteAllText(options.HtmlFile, HtmlReport.Write(report.Load));
        if (!options.IsVerified) return true;
        var ledger = new CheckoutBooksReader(options, outcomes, ids, mix?.Changes, output, cancellationToken).Read();
        output.Print(ledger);
        Save(report with { Ledger = ledger });
        return ledger.IsBalanced;
    }

    private RequestSource Checkouts(OrderIds ids, CheckoutOutcome[] outcomes)
    {
        var checkout = new RequestTemplate(options.Target, "POST", "/orders/checkout/");
        return new(ids.Count, (number, buffer) => ids.Write(checkout, number, buffer), Answered);

        Verdict Answered(long number, int status, ReadOnlySpan<byte> body)
        {
            outcomes[number] = CheckoutBooks.OutcomeOf(status);
            return Verdict.Of(status);
        }
    }

    private LoadStatistics Load(RequestSource requests) => LoadDriver.Run([options.Target], requests, new LoadPlan(options.Connections)
    {
        WarmupSeconds = options.WarmupSeconds, DurationSeconds = options.DurationSeconds, RatePerSecond = options.RatePerSecond,
        WindowBegins = () => _before = ProcessSample.Take(), WindowEnded = () => _after = ProcessSample.Take(),
        EachSecond = second =>
        {
            _seconds.Add(second);
            output.Print(second);
        },
    }, cancellationToken);

    private (StoreFacts? Postgres, StoreFacts? Redis) AskStores() => (
        options.Postgres is { } postgres ? PostgresFacts.Read(postgres) : null,
        options.Redis is { } redis ? RedisFacts.Read(redis) : null);

    private CheckoutReport Report(LoadStatistics done, BareHopReport? hop) => new()
    {
        Load = RunReport.Of(options.IsMix ? "mix" : "checkout", _startedAt, options.RatePerSecond, done, _seconds) with
        {
            Targets = [options.Target.ToString()],
            Users = options.Connections,
            RampSeconds = options.WarmupSeconds,
            Seed = options.Seed,
            Requests = [.. done.Requests.Select((latency, kind) => RequestReport.Of(ShopMix.Names[kind], latency, done.Seconds))],
            Processes = ProcessReport.Between(_before!, _after!, done.Succeeded),
            BareHop = hop,
        },
        DurationSeconds = options.DurationSeconds, Orders = options.Orders, Lines = options.IsHotItem ? 1 : options.Lines, Items = options.Items,
        Users = options.Users, RanOutOfOrders = done.RanOut, OtherLatency = LatencyReport.Of(done.Failure),
        LargestOthers = ProcessSample.LargestOthers(_before!, _after!),
        Postgres = null, Redis = null,
    };

    private static StoreReport? Report(StoreFacts? before, StoreFacts? after, long committed) => before is null || after is null ? null
        : new StoreReport(after.Settings, after.Bytes.Where(size => committed > 0 && size.Value >= before.Bytes[size.Key])
            .ToDictionary(size => size.Key, size => (size.Value - before.Bytes[size.Key]) / (double)committed));

    private void Save(CheckoutReport report)
    {
        if (options.JsonFile is not null) File.WriteAllText(options.JsonFile, JsonSerializer.Serialize(report, ReportJson.Default.CheckoutReport) + "\n");
    }
}
