using System.Diagnostics;
using Spectre.Console;

namespace LoadTest.Checkouts;

/// <summary>Reads the books through the public API.</summary>
internal sealed class CheckoutBooksReader(
    CheckoutOptions options, CheckoutOutcome[] outcomes, OrderIds ids, ShopChanges? changes, IAnsiConsole output, CancellationToken cancellationToken)
{
    private const int ConnectionsMax = 64, ResolveSecondsMax = 15, PauseMs = 1000, SecondsBetweenLines = 5;

    private readonly CheckoutBooks _books =
        new(outcomes, ids, (int)options.Items, (int)options.Users, options.StockEach, options.CreditEach, changes);

    /// <summary>
    /// Reads every requested order, every item and every user, and compares. Failed reads and mismatches may be caused by a service that is recovering, or by a
    /// checkout that is still being resolved. They are read again for 15 s, and at least once.
    /// </summary>
    /// <exception cref="LoadTestException">The books cannot be read.</exception>
    public CheckoutBooksResult Read()
    {
        var clock = Stopwatch.StartNew();
        for (var pass = 1; ; pass++)
        {
            var unread = ReadAll();
            var result = unread is null ? _books.Compare() : null;
            if (result?.IsBalanced == true) return result;
            if (pass > 1 && clock.Elapsed > TimeSpan.FromSeconds(ResolveSecondsMax))
                return result ?? throw new LoadTestException($"The books could not be read: {unread}");
            output.WriteLine($"ledger     {unread ?? $"{result!.ViolationCount:N0} mismatches so far."} Reading again.");
            if (cancellationToken.WaitHandle.WaitOne(PauseMs)) cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // Returns the error, or null. Stops at the first failure, because later reads would most likely fail, too.
    private string? ReadAll()
    {
        var orders = _books.OrdersToRead();
        RequestTemplate order = Find("/orders/find/"), item = Find("/stock/find/"), user = Find("/payment/find_user/");
        return Get("orders", orders.Length, (i, buffer) => ids.Write(order, orders[i], buffer), (i, body) => _books.TakeOrder(orders[i], body))
            ?? Get("items", options.Items, item.Write, _books.TakeItem)
            ?? Get("users", options.Users, user.Write, _books.TakeUser);
    }

    private RequestTemplate Find(string path) => new(options.Target, "GET", path);

    private string? Get(string what, long count, WriteRequest write, ReadBody take)
    {
        if (count == 0) return null;
        var (done, unread, lastStatus) = (0L, 0L, 0);
        var connections = (int)Math.Min(Math.Min(options.Connections, ConnectionsMax), count);
        LoadDriver.Run([options.Target], new RequestSource(count, write, Answered), new LoadPlan(connections)
        {
            EachSecond = second =>
            {
                if (second.Second % SecondsBetweenLines == 0) output.WriteLine($"ledger     {Volatile.Read(ref done):N0} of {count:N0} {what} read");
            },
        }, cancellationToken);
        return unread > 0 ? $"{unread:N0} of {count:N0} {what} could not be read; the last answer was {lastStatus}." : null;

        Verdict Answered(long number, int status, ReadOnlySpan<byte> body)
        {
            done++;
            if (status == 200 && take(number, body)) return new(IsExpected: true);
            unread++;
            lastStatus = status;
            return new(IsExpected: false);
        }
    }
}
