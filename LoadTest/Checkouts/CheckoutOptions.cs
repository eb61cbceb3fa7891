using System.CommandLine;

namespace LoadTest.Checkouts;

internal sealed record CheckoutOptions
{
    public const int LinesOfBatch = 2;
    public const long UsersMax = 1_000_000;
    public const int MixOrdersMin = 8;

    private const int LinesMax = 1_000, SpreadOver = 100_000;
    private const long ItemsMax = 1_000_000, OrdersMax = 10_000_000;

    // Defaults: orders for each second, and the maximum for a batch and for single calls.
    private const int ExpectedPerSecondMax = 25_000;
    private const long AutomaticOrdersMax = 1_000_000, AutomaticOrdersByCallMax = 100_000;

    public required Target Target { get; init; }
    public required int Connections { get; init; }
    public int DurationSeconds { get; init; }
    public int WarmupSeconds { get; init; }

    /// <summary>Arrivals per second in an open loop; 0 for a closed loop.</summary>
    public int RatePerSecond { get; init; }

    public required long Orders { get; init; }
    public required long Items { get; init; }
    public required long Users { get; init; }

    /// <summary>The number of lines of an order. One batch_init makes two (one for a single item); other orders are created by single calls.</summary>
    public required int Lines { get; init; }

    /// <summary>The seed that selects items and users of orders created by single calls.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The initial stock of each item and credit of each user, more than any run can use.</summary>
    public long StockEach { get; init; } = 1_000_000_000;
    public long CreditEach { get; init; } = 1_000_000_000;

    /// <summary>Whether orders belong to the users in turn instead of at random; only for orders created by single calls.</summary>
    public bool IsOneEach { get; init; }

    public bool IsHotItem { get; init; }

    /// <summary>Whether other requests are mixed with the checkouts.</summary>
    public bool IsMix { get; init; }

    public bool IsVerified { get; init; }
    public bool HasBareHop { get; init; }
    public string? Nginx { get; init; }
    public string? Postgres { get; init; }
    public string? Redis { get; init; }
    public string? JsonFile { get; init; }
    public string? HtmlFile { get; init; }

    /// <summary>Creates the command <c>checkout</c>.</summary>
    public static Command Command(Func<CheckoutOptions, int> run) => Command(isMix: false, run);

    /// <summary>Creates the command <c>mix</c>.</summary>
    public static Command MixCommand(Func<CheckoutOptions, int> run) => Command(isMix: true, run);

    private static Command Command(bool isMix, Func<CheckoutOptions, int> run)
    {
        var (connections, duration, warmup, rate) = (Setting.Connections(256), Setting.Duration(20), Setting.Warmup(5), Setting.Rate());
        var target = Setting.Of("--target", "URL", "The gateway", Target.Parse, static () => Target.Parse(Target.Default));
        var orders = Setting.Of("--orders", "N|auto", $"Orders to prepare, 1 to {OrdersMax:N0}; each is checked out once. auto, the default: enough for"
            + $" {ExpectedPerSecondMax:N0} requests a second, or the rate's, up to {AutomaticOrdersMax:N0} ({AutomaticOrdersByCallMax:N0} if created by single"
            + " calls)", ReadOrders);
        var items = Setting.Number("--items", "N", "Items that the orders are spread over", 1, ItemsMax, SpreadOver);
        var users = Setting.Number("--users", "N", "Users that the orders are spread over", 1, UsersMax, SpreadOver);
        var hotItem = Setting.Flag("--hot-item", "All orders take the same item: one line, two pieces");
        var hotUser = Setting.Flag("--hot-user", "All orders belong to the same user");
        var lines = Setting.Number("--lines", "N", $"Lines of an order; if not {LinesOfBatch}, orders are created by single calls", 1, LinesMax, LinesOfBatch);
        var seed = Setting.Number("--seed", "N", isMix ? "Selects items, users and orders" : "Selects items and users of orders created by single calls",
            long.MinValue, long.MaxValue, 1);
        var noVerify = Setting.Flag("--no-verify", "Do not compare orders, stock and credit afterwards");
        var noBare = Setting.Flag("--no-bare", "Do not measure the bare gateway hop before and after");
        var postgres = Setting.Text("--postgres", "CONNECTION", "Ask PostgreSQL for its durability settings and growth (Npgsql connection string)");
        var redis = Setting.Text("--redis", "HOST:PORT[,password=...]", "Ask Redis for the same");
        var (nginx, json, html) = (Setting.Nginx(), Setting.Json(), Setting.Html());
        var command = new Command(isMix ? "mix" : "checkout", (isMix
            ? "Measures a mix of requests: 25 % find an item, 15 % an order, 10 % a user, 15 % create an order, 15 % add an item to one, 5 % add funds, 5 % add"
                + " stock, 10 % check an order out."
            : "Measures checkouts of unique orders through the gateway.") + " Then reads the books. Replaces the shop's numbered orders, items and users")
        {
            target, connections, duration, warmup, rate, orders, items, users, hotItem, hotUser, seed, noVerify, noBare, nginx, postgres, redis, json, html,
        };
        if (!isMix) command.Add(lines);
        command.SetAction(given =>
        {
            if (given.GetValue(hotItem) && IsGiven(given, items)) throw new UsageException("--hot-item means one item; it cannot be combined with --items.");
            if (given.GetValue(hotUser) && IsGiven(given, users)) throw new UsageException("--hot-user means one user; it cannot be combined with --users.");
            return run(new CheckoutOptions
            {
                Target = given.GetRequiredValue(target), Connections = given.GetValue(connections), DurationSeconds = given.GetValue(duration),
                WarmupSeconds = given.GetValue(warmup), RatePerSecond = given.GetValue(rate), Orders = given.GetValue(orders),
                Items = given.GetValue(hotItem) ? 1 : given.GetValue(items), Users = given.GetValue(hotUser) ? 1 : given.GetValue(users),
                Lines = isMix ? LinesOfBatch : given.GetValue(lines), Seed = given.GetValue(seed), IsHotItem = given.GetValue(hotItem), IsMix = isMix,
                IsVerified = !given.GetValue(noVerify), HasBareHop = !given.GetValue(noBare), Nginx = given.GetValue(nginx),
                Postgres = given.GetValue(postgres), Redis = given.GetValue(redis),
                JsonFile = given.GetValue(json), HtmlFile = given.GetValue(html),
            }.Complete());
        });
        return command;
    }

    private static bool IsGiven(ParseResult given, Option option) => given.GetResult(option) is { Implicit: false };

    private static long ReadOrders(string text) => text == "auto" ? 0 : Setting.ReadNumber("--orders", text, 1, OrdersMax);

    private CheckoutOptions Complete()
    {
        if (Lines != LinesOfBatch && Lines > Items) throw new UsageException($"--lines {Lines} requires at least as many items; --items is {Items}.");
        if (IsMix && Orders is > 0 and < MixOrdersMin) throw new UsageException($"A mix requires at least {MixOrdersMin} orders; --orders is {Orders}.");
        if (Orders > 0) return this;
        // One second more than needed, because the window begins slightly late, after the processes were sampled.
        var wanted = (long)(DurationSeconds + WarmupSeconds + 1) * (RatePerSecond > 0 ? RatePerSecond : ExpectedPerSecondMax);
        if (IsMix) return this with { Orders = Math.Min(ShopMix.OrdersFor(wanted), AutomaticOrdersMax) };
        return this with { Orders = Math.Min(wanted, Lines == LinesOfBatch ? AutomaticOrdersMax : AutomaticOrdersByCallMax) };
    }
}
