using System.Buffers.Text;
using System.Diagnostics;

namespace LoadTest.Checkouts;

/// <summary>
/// The mix of the shop's requests, over prepared data. A request's number determines what it is: its kind by a fixed pattern, and its order, item and user at
/// random by the seed. Checkouts use the first three quarters of the orders, each once; items are added to the others.
/// </summary>
internal sealed class ShopMix
{
    private const int Draws = 1 << 20;

    // 25 % find an item, 15 % an order, 10 % a user, 15 % create an order, 15 % add an item, 5 % add funds, 5 % add stock, 10 % check out.
    private static readonly MixKind[] Pattern =
    [
        MixKind.FindItem, MixKind.CreateOrder, MixKind.FindOrder, MixKind.AddItem, MixKind.FindItem,
        MixKind.Checkout, MixKind.FindUser, MixKind.FindItem, MixKind.CreateOrder, MixKind.AddFunds,
        MixKind.FindOrder, MixKind.FindItem, MixKind.AddItem, MixKind.FindUser, MixKind.CreateOrder,
        MixKind.Checkout, MixKind.FindItem, MixKind.AddItem, MixKind.FindOrder, MixKind.AddStock,
    ];

    private static readonly int CheckoutsOfPattern = Pattern.Count(static kind => kind == MixKind.Checkout);

    private readonly CheckoutOptions _options;
    private readonly CheckoutOutcome[] _outcomes;
    private readonly RequestTemplate[] _requests;
    private readonly int[] _draws = new int[Draws];

    public ShopMix(CheckoutOptions options, CheckoutOutcome[] outcomes)
    {
        (_options, _outcomes, Changes) = (options, outcomes, new(options.Items, options.Users, options.Orders));
        _requests = Array.ConvertAll(Enum.GetValues<MixKind>(), kind => Request(options.Target, kind));
        var random = new Random(options.Seed.GetHashCode());
        for (var i = 0; i < Draws; i++) _draws[i] = random.Next();
    }

    /// <summary>The names of the kinds, in the order of <see cref="MixKind"/>.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["find item", "find order", "find user", "create order", "add item", "add funds", "add stock", "checkout"];

    /// <summary>What the answered requests have changed.</summary>
    public ShopChanges Changes { get; }

    public RequestSource Requests => new(Checkouts / CheckoutsOfPattern * Pattern.Length, Write, Answered);

    private long Checkouts => _options.Orders / 4 * 3;

    /// <summary>Gets the orders to prepare for a number of requests.</summary>
    public static long OrdersFor(long requests) => (requests * CheckoutsOfPattern / Pattern.Length * 4 / 3) + 4;

    private static RequestTemplate Request(Target target, MixKind kind) => kind switch
    {
        MixKind.FindItem => new(target, "GET", "/stock/find/"),
        MixKind.FindOrder => new(target, "GET", "/orders/find/"),
        MixKind.FindUser => new(target, "GET", "/payment/find_user/"),
        MixKind.CreateOrder => new(target, "POST", "/orders/create/"),
        MixKind.AddItem => new(target, "POST", "/orders/addItem/", "/1"),
        MixKind.AddFunds => new(target, "POST", "/payment/add_funds/", "/1"),
        MixKind.AddStock => new(target, "POST", "/stock/add/", "/1"),
        MixKind.Checkout => new(target, "POST", "/orders/checkout/"),
        _ => throw new UnreachableException(),
    };

    private int Write(long number, Span<byte> buffer)
    {
        var kind = Pattern[number % Pattern.Length];
        var (request, id) = (_requests[(int)kind], Target(number, kind));
        if (kind != MixKind.AddItem) return request.Write(id, buffer);
        Span<byte> path = stackalloc byte[48];
        Utf8Formatter.TryFormat(id, path, out var length);
        path[length++] = (byte)'/';
        Utf8Formatter.TryFormat(Draw(~number, _options.Items), path[length..], out var itemLength);
        return request.Write(path[..(length + itemLength)], buffer);
    }

    private Verdict Answered(long number, int status, ReadOnlySpan<byte> body)
    {
        var kind = Pattern[number % Pattern.Length];
        var id = Target(number, kind);
        if (kind == MixKind.Checkout) _outcomes[id] = CheckoutBooks.OutcomeOf(status);
        else if (kind == MixKind.AddItem) Changes.Pieces.Add(id, status);
        else if (kind == MixKind.AddFunds) Changes.Credit.Add(id, status);
        else if (kind == MixKind.AddStock) Changes.Stock.Add(id, status);
        return Verdict.Of(status) with { Kind = (int)kind };
    }

    // The item, order or user of a request.
    private long Target(long number, MixKind kind) => kind switch
    {
        MixKind.FindItem or MixKind.AddStock => Draw(number, _options.Items),
        MixKind.FindOrder => Draw(number, _options.Orders),
        MixKind.AddItem => Checkouts + Draw(number, _options.Orders - Checkouts),
        MixKind.FindUser or MixKind.CreateOrder or MixKind.AddFunds => Draw(number, _options.Users),
        MixKind.Checkout => (number / Pattern.Length * CheckoutsOfPattern) + (number % Pattern.Length < Pattern.Length / 2 ? 0 : 1),
        _ => throw new UnreachableException(),
    };

    private long Draw(long number, long count) => _draws[number & (Draws - 1)] % count;
}
