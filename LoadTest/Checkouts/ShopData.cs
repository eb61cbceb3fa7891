using System.Buffers.Text;
using System.Diagnostics;
using System.Text;
using Spectre.Console;

namespace LoadTest.Checkouts;

/// <summary>
/// Fills the shop through its public API: items and users by one call each; orders likewise, or by single calls if batch_init cannot create them.
/// </summary>
internal sealed class ShopData(CheckoutOptions options, IAnsiConsole output, CancellationToken cancellationToken)
{
    private const long Price = 1;
    private const int ConnectionsMax = 64, IdBytesMax = 40, SecondsBetweenLines = 5;

    /// <summary>Replaces the shop's numbered items and users, and creates the orders.</summary>
    /// <exception cref="LoadTestException">The shop cannot be reached, or rejected a request.</exception>
    public OrderIds Prepare()
    {
        var clock = Stopwatch.StartNew();
        Init($"/stock/batch_init/{options.Items}/{options.StockEach}/", Price);
        Init($"/payment/batch_init/{options.Users}/", options.CreditEach);
        OrderIds orders;
        if (options.Lines == CheckoutOptions.LinesOfBatch)
        {
            Init($"/orders/batch_init/{options.Orders}/{options.Items}/{options.Users}/", Price);
            orders = new OrderIds(options.Orders);
        }
        else orders = new OrderIds(Make());
        var lines = options.IsHotItem ? "one item, two pieces," : $"{options.Lines} lines";
        output.WriteLine($"prepared   {orders.Count:N0} orders of {lines} over {options.Items:N0} items and {options.Users:N0} users"
            + $" in {clock.Elapsed.TotalSeconds:N1} s");
        return orders;
    }

    private void Init(string path, long last)
    {
        var request = new RequestTemplate(options.Target, "POST", path);
        Call($"{path}{last}", 1, (_, buffer) => request.Write(last, buffer), (_, _) => true);
    }

    // An order's lines have different items: a random first one, and the ones after it.
    private byte[][] Make()
    {
        var random = new Random(options.Seed.GetHashCode());
        var (ids, users, first) = (new byte[options.Orders][], new long[options.Orders], new long[options.Orders]);
        for (var i = 0; i < ids.Length; i++) (users[i], first[i]) = (options.IsOneEach ? i : random.NextInt64(options.Users), random.NextInt64(options.Items));
        var create = new RequestTemplate(options.Target, "POST", "/orders/create/");
        Call("/orders/create", ids.Length, (number, buffer) => create.Write(users[number], buffer), (number, body) => TryReadId(body, out ids[number]));

        // Line by line over all orders, so that there are never two concurrent calls for one order.
        var add = new RequestTemplate(options.Target, "POST", "/orders/addItem/", "/1");
        Call("/orders/addItem", (long)ids.Length * options.Lines, Write, (_, _) => true);
        return ids;

        int Write(long call, Span<byte> buffer)
        {
            var (line, order) = Math.DivRem(call, ids.Length);
            Span<byte> path = stackalloc byte[64];
            var id = ids[order];
            id.CopyTo(path);
            path[id.Length] = (byte)'/';
            Utf8Formatter.TryFormat((first[order] + line) % options.Items, path[(id.Length + 1)..], out var length);
            return add.Write(path[..(id.Length + 1 + length)], buffer);
        }
    }

    // Every answer must be 2xx; the first other one is reported as the error and stops the preparation.
    private void Call(string path, long count, WriteRequest write, ReadBody use)
    {
        string? failure = null;
        var done = 0L;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var connections = (int)Math.Min(Math.Min(options.Connections, ConnectionsMax), count);
            LoadDriver.Run([options.Target], new RequestSource(count, write, Answered), new LoadPlan(connections)
            {
                EachSecond = second =>
                {
                    if (second.Second % SecondsBetweenLines == 0) output.WriteLine($"preparing  {path}: {Volatile.Read(ref done):N0} of {count:N0} done");
                },
            }, end.Token);
        }
        catch (OperationCanceledException) when (failure is not null)
        {
            throw new LoadTestException(failure);
        }

        if (failure is not null) throw new LoadTestException(failure);

        Verdict Answered(long number, int status, ReadOnlySpan<byte> body)
        {
            done++;
            if (status is >= 200 and < 300 && use(number, body)) return new(IsExpected: true);
            failure ??= status == 0 ? $"No answer to {path}." : $"{path} was answered {status}: {Encoding.UTF8.GetString(body)}";
            end.Cancel();
            return new(IsExpected: false);
        }
    }

    private static bool TryReadId(ReadOnlySpan<byte> body, out byte[] id)
    {
        id = JsonBody.TryText(body, "order_id", out var text) ? Encoding.ASCII.GetBytes(text) : [];
        return id.Length is > 0 and <= IdBytesMax;
    }
}
