using System.Diagnostics;
using System.Text;
using Spectre.Console;

namespace LoadTest.Checkouts;

/// <summary>
/// Lets many users with credit for one piece order the same item at once, with one piece for every ten users. Exactly that many must get one, and the answers
/// must match the books.
/// </summary>
internal sealed class ConsistencyCommand(ConsistencyOptions options, IAnsiConsole output, CancellationToken cancellationToken)
{
    private const string Scenario = "last piece", OutOfStock = "out-of-stock";

    private readonly List<SecondStatistics> _seconds = [];
    private readonly Dictionary<string, long> _refusals = new(StringComparer.Ordinal);

    /// <summary>Runs the command; false if the result is inconsistent.</summary>
    /// <exception cref="LoadTestException">The shop cannot be reached, or the books cannot be read.</exception>
    public bool Run()
    {
        var startedAt = DateTimeOffset.UtcNow;
        var pieces = options.Size / ConsistencyOptions.UsersPerPiece;
        output.Print(MeasuredMachine.Current);
        var shop = new CheckoutOptions
        {
            Target = options.Targets[0], Connections = (int)Math.Min(options.Connections, options.Size), Orders = options.Size, Users = options.Size, Items = 1,
            Lines = 1, StockEach = pieces, CreditEach = 1, IsOneEach = true,
        };
        var ids = new ShopData(shop, output, cancellationToken).Prepare();
        var outcomes = new CheckoutOutcome[ids.Count];
        var clock = Stopwatch.StartNew();
        var done = Checkout(shop, ids, outcomes);
        output.WriteLine($"checkouts  {options.Size:N0} over {shop.Connections:N0} connections in {clock.Elapsed.TotalSeconds:N1} s");
        var ledger = new CheckoutBooksReader(shop, outcomes, ids, changes: null, output, cancellationToken).Read();
        output.Print(ledger);

        var failed = outcomes.LongCount(outcome => outcome == CheckoutOutcome.Unknown);
        var wrong = Faults(ledger, pieces, failed).ToArray();
        var wrongCount = wrong.Sum(static fault => fault.Count);
        var report = RunReport.Of("consistency", startedAt, 0, done, _seconds) with
        {
            Targets = [.. options.Targets.Select(static target => target.ToString())],
            Users = shop.Connections,
            Outcomes = [new OutcomeReport(Scenario, Math.Max(options.Size - failed - wrongCount, 0), wrongCount, failed, 0)],
            Wrong = wrong,
        };
        output.Print(report);
        output.WriteLine($"consistent {(report.IsRight ? $"yes: {ledger.OrdersPaid:N0} of {options.Size:N0} got one of {pieces:N0} pieces" : "NO")}");
        report.Save(options.HtmlFile, options.JsonFile);
        return report.IsRight;
    }

    private LoadStatistics Checkout(CheckoutOptions shop, OrderIds ids, CheckoutOutcome[] outcomes)
    {
        var checkout = new RequestTemplate(shop.Target, "POST", "/orders/checkout/");
        return LoadDriver.Run(options.Targets, new RequestSource(ids.Count, (number, buffer) => ids.Write(checkout, number, buffer), Answered),
            new LoadPlan(shop.Connections)
            {
                EachSecond = second =>
                {
                    _seconds.Add(second);
                    output.Print(second);
                },
            }, cancellationToken);

        Verdict Answered(long number, int status, ReadOnlySpan<byte> body)
        {
            outcomes[number] = CheckoutBooks.OutcomeOf(status);
            if (outcomes[number] != CheckoutOutcome.Refused) return Verdict.Of(status);
            var type = Encoding.UTF8.GetString(LoadStatistics.ProblemType(body));
            var isExpected = type.EndsWith($":{OutOfStock}", StringComparison.Ordinal);
            if (!isExpected) _refusals[$"{status} {type}"] = _refusals.GetValueOrDefault($"{status} {type}") + 1;
            return new(isExpected);
        }
    }

    // While one outcome is unknown it may hold a piece that is refused to others, so fewer may be sold.
    private IEnumerable<CountReport> Faults(CheckoutBooksResult ledger, long pieces, long failed)
    {
        foreach (var (refusal, count) in _refusals) yield return new($"{Scenario}: refused as {refusal} instead of {OutOfStock}", count);
        foreach (var violation in ledger.Violations) yield return new($"{Scenario}: {violation}", 1);
        if (ledger.OrdersPaid > pieces || (failed == 0 && ledger.OrdersPaid < pieces))
            yield return new($"{Scenario}: {ledger.OrdersPaid:N0} paid orders for {pieces:N0} pieces", 1);
    }
}
