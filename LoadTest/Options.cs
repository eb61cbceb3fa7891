using LoadTest.Http;

namespace LoadTest;

/// <summary>What <c>LoadTest bare</c> is asked for.</summary>
internal sealed record BareOptions
{
    public int Connections { get; init; } = 256;
    public int DurationSeconds { get; init; } = 5;
    public int WarmupSeconds { get; init; } = 1;
    public string? Nginx { get; init; }
    public string? JsonFile { get; init; }

    /// <exception cref="UsageException">The options are wrong.</exception>
    public static BareOptions Parse(ReadOnlySpan<string> arguments)
    {
        var given = new Arguments(arguments);
        var options = new BareOptions();
        options = options with
        {
            Connections = (int)(given.Number("--connections", 1, Limits.ConnectionsMax) ?? options.Connections),
            DurationSeconds = (int)(given.Number("--duration", 1, Limits.DurationSecondsMax) ?? options.DurationSeconds),
            WarmupSeconds = (int)(given.Number("--warmup", 0, Limits.WarmupSecondsMax) ?? options.WarmupSeconds),
            Nginx = given.Text("--nginx"),
            JsonFile = given.Text("--json"),
        };
        given.End();
        return options;
    }
}

/// <summary>What <c>LoadTest checkout</c> is asked for.</summary>
internal sealed record CheckoutOptions
{
    public const int LinesOfBatch = 2;

    public Target Target { get; init; } = Target.Parse(Target.Default);
    public int Connections { get; init; } = 256;
    public int DurationSeconds { get; init; } = 20;
    public int WarmupSeconds { get; init; } = 5;

    /// <summary>Arrivals per second of an open loop; 0 for a closed loop.</summary>
    public int RatePerSecond { get; init; }

    public long Orders { get; init; }
    public long Items { get; init; } = 100_000;
    public long Users { get; init; } = 100_000;

    /// <summary>How many lines an order has. One batch_init makes two (one for a single item); all others are made call by call.</summary>
    public int Lines { get; init; } = LinesOfBatch;

    /// <summary>Chooses items and users of orders that are made call by call.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Pieces of each item, and credit of each user: more than any run can take.</summary>
    public long StockEach { get; init; } = 1_000_000_000;
    public long CreditEach { get; init; } = 1_000_000_000;

    /// <summary>Whether the orders are of the users in turn, and not of random ones; only where they are made call by call.</summary>
    public bool IsOneEach { get; init; }

    public bool IsHotItem { get; init; }
    public bool IsHotUser { get; init; }
    public bool IsVerified { get; init; } = true;
    public bool HasBareHop { get; init; } = true;
    public string? Nginx { get; init; }
    public string? Postgres { get; init; }
    public string? Redis { get; init; }
    public string? JsonFile { get; init; }
    public string? HtmlFile { get; init; }

    /// <exception cref="UsageException">The options are wrong, or do not go together.</exception>
    public static CheckoutOptions Parse(ReadOnlySpan<string> arguments)
    {
        var given = new Arguments(arguments);
        var options = new CheckoutOptions();
        options = options with
        {
            Target = given.Text("--target") is { } target ? Target.Parse(target) : options.Target,
            Connections = (int)(given.Number("--connections", 1, Limits.ConnectionsMax) ?? options.Connections),
            DurationSeconds = (int)(given.Number("--duration", 1, Limits.DurationSecondsMax) ?? options.DurationSeconds),
            WarmupSeconds = (int)(given.Number("--warmup", 0, Limits.WarmupSecondsMax) ?? options.WarmupSeconds),
            RatePerSecond = (int)(given.Number("--rate", 1, Limits.RatePerSecondMax) ?? 0),
            IsHotItem = given.Flag("--hot-item"),
            IsHotUser = given.Flag("--hot-user"),
            Lines = (int)(given.Number("--lines", 1, Limits.LinesMax) ?? options.Lines),
            Seed = given.Number("--seed", long.MinValue, long.MaxValue) ?? options.Seed,
            IsVerified = !given.Flag("--no-verify"),
            HasBareHop = !given.Flag("--no-bare"),
            Nginx = given.Text("--nginx"),
            Postgres = given.Text("--postgres"),
            Redis = given.Text("--redis"),
            JsonFile = given.Text("--json"),
            HtmlFile = given.Text("--html"),
        };
        var (items, users) = (given.Number("--items", 1, Limits.ItemsMax), given.Number("--users", 1, Limits.UsersMax));
        if (options.IsHotItem && items is not null) throw new UsageException("--hot-item means one item; it does not go with --items.");
        if (options.IsHotUser && users is not null) throw new UsageException("--hot-user means one user; it does not go with --users.");
        options = options with { Items = options.IsHotItem ? 1 : items ?? options.Items, Users = options.IsHotUser ? 1 : users ?? options.Users };
        if (options.Lines != LinesOfBatch && options.Lines > options.Items)
            throw new UsageException($"--lines {options.Lines} needs as many items; there are {options.Items}.");
        options = options with { Orders = OrdersOf(given, options) };
        given.End();
        return options;
    }

    private static long OrdersOf(Arguments given, CheckoutOptions options)
    {
        var text = given.Text("--orders");
        if (text is null or "auto") return AutomaticOrders(options);
        return new Arguments(["--orders", text]).Number("--orders", 1, Limits.OrdersMax)!.Value;
    }

    private static long AutomaticOrders(CheckoutOptions options)
    {
        // A second more than needed: the window begins when the processes have been looked at, a little late.
        var perSecond = options.RatePerSecond > 0 ? options.RatePerSecond : Limits.ExpectedPerSecondMax;
        var wanted = (long)(options.DurationSeconds + options.WarmupSeconds + 1) * perSecond;
        return Math.Min(wanted, options.Lines == LinesOfBatch ? Limits.AutomaticOrdersMax : Limits.AutomaticOrdersByCallMax);
    }
}

/// <summary>Limits of the options.</summary>
internal static class Limits
{
    public const int ConnectionsMax = 10_000, DurationSecondsMax = 3_600, WarmupSecondsMax = 600, RatePerSecondMax = 1_000_000;
    public const int LinesMax = 1_000, WeightMax = 1_000;
    public const long ItemsMax = 1_000_000, UsersMax = 1_000_000, OrdersMax = 10_000_000;

    /// <summary>How many orders <c>--orders auto</c> prepares for each second, and at most: of a batch, and call by call.</summary>
    public const int ExpectedPerSecondMax = 25_000;
    public const long AutomaticOrdersMax = 1_000_000, AutomaticOrdersByCallMax = 100_000;
}
