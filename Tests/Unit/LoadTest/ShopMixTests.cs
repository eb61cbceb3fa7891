using System.Text;
using LoadTest.Checkouts;
using LoadTest.Http;

namespace Tests.Unit.LoadTest;

[Trait("Category", "Unit")]
public sealed class ShopMixTests
{
    private const int Orders = 4_000;

    private static readonly CheckoutOptions Options = CommandLine.Options<CheckoutOptions>(
        CheckoutOptions.MixCommand, "--orders", $"{Orders}", "--items", "50", "--users", "30");

    private readonly CheckoutOutcome[] _outcomes = new CheckoutOutcome[Orders];

    [Fact]
    public void Its_shares_match_the_help()
    {
        var paths = Paths(new ShopMix(Options, _outcomes));
        Assert.Equal(Orders / 4 * 3 * 10, paths.Length);
        (string Start, int Percent)[] shares =
        [
            ("GET /stock/find/", 25), ("GET /orders/find/", 15), ("GET /payment/find_user/", 10), ("POST /orders/create/", 15), ("POST /orders/addItem/", 15),
            ("POST /payment/add_funds/", 5), ("POST /stock/add/", 5), ("POST /orders/checkout/", 10),
        ];
        foreach (var (start, percent) in shares)
            Assert.Equal(percent * paths.Length / 100, paths.Count(path => path.StartsWith(start, StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_order_is_checked_out_once_and_no_item_is_added_to_it()
    {
        var paths = Paths(new ShopMix(Options, _outcomes));
        var checkedOut = Numbers(paths, "POST /orders/checkout/");
        Assert.Equal(Enumerable.Range(0, Orders / 4 * 3), checkedOut.Order());
        Assert.All(Numbers(paths, "POST /orders/addItem/"), order => Assert.InRange(order, Orders / 4 * 3, Orders - 1));
    }

    [Fact]
    public void The_same_seed_makes_the_same_requests() =>
        Assert.Equal(Paths(new ShopMix(Options, _outcomes)), Paths(new ShopMix(Options, _outcomes)));

    [Fact]
    public void Responses_to_changes_are_counted()
    {
        var mix = new ShopMix(Options, _outcomes);
        for (var number = 0L; number < 20; number++) Assert.True(mix.Requests.Answered(number, 200, default).IsExpected);
        Assert.Equal((1, 1, 3), (mix.Changes.Stock.Acknowledged, mix.Changes.Credit.Acknowledged, mix.Changes.Pieces.Acknowledged));
        Assert.Equal([CheckoutOutcome.Committed, CheckoutOutcome.Committed, CheckoutOutcome.Unused], _outcomes[..3]);
    }

    private static IEnumerable<int> Numbers(string[] paths, string start) => paths.Where(path => path.StartsWith(start, StringComparison.Ordinal))
        .Select(path => int.Parse(path[start.Length..].Split('/', ' ')[0], null));

    private static string[] Paths(ShopMix mix)
    {
        var (requests, buffer) = (mix.Requests, new byte[RequestTemplate.BytesMax]);
        return
        [
            .. Enumerable.Range(0, (int)requests.Count)
                .Select(number => Encoding.ASCII.GetString(buffer, 0, requests.Write(number, buffer)).Split(" HTTP/")[0]),
        ];
    }
}
