using System.Globalization;
using System.Text;
using LoadTest.Driving;
using LoadTest.Http;
using LoadTest.Scenarios;
using LoadTest.Statistics;

namespace Tests.Unit.LoadTest;

/// <summary>Scenarios against an in-memory shop that is correct or has a single bug.</summary>
[Trait("Category", "Unit")]
public sealed class VisitSeriesTests
{
    private const int Requests = 2_000;
    private static readonly Target Target = Target.Parse("http://127.0.0.1:1");

    [Fact]
    public void A_correct_shop_has_only_expected_outcomes_with_the_frequencies_of_their_weights()
    {
        var (series, verdicts) = Play(new Shop(), seed: 1);
        var ended = series.Ended();
        Assert.Empty(series.Wrong);
        Assert.Equal(6, ended.Count);
        Assert.All(ended, static outcomes => Assert.True(outcomes is { AsExpected: > 0, Wrong: 0, Failed: 0 }));
        Assert.True(ended.Single(static one => one.Scenario == "one").AsExpected > ended.Single(static one => one.Scenario == "no-credit").AsExpected);
        Assert.InRange(ended.Sum(static outcomes => outcomes.Unfinished), 0, 1); // one request at a time: one visit
        Assert.All(verdicts, static verdict => Assert.True(verdict.IsExpected));
        Assert.Contains("checkout", series.Kinds);
        Assert.Equal(series.Kinds.Count - 1, verdicts.Max(static verdict => verdict.Kind));
    }

    [Fact]
    public void The_same_seed_plays_the_same_and_another_one_differently()
    {
        Assert.Equal(Paths(7), Paths(7));
        Assert.NotEqual(Paths(7), Paths(8));

        static List<string> Paths(long seed)
        {
            var shop = new Shop();
            Play(shop, seed);
            return shop.Paths;
        }
    }

    [Theory]
    [InlineData("oversells", "no-stock: checkout: 200, not 400")]
    [InlineData("gives credit", "no-credit: checkout: 200, not 400")]
    [InlineData("forgets the charge", "one: find user: wrong credit")]
    [InlineData("keeps what it reserved", "no-stock: find item: wrong stock")]
    public void Errors_of_a_shop_are_counted_by_name(string fault, string name)
    {
        var (series, _) = Play(new Shop { Fault = fault }, seed: 1);
        Assert.Contains(series.Wrong, wrong => wrong.What == name && wrong.Count > 1);
        Assert.True(series.Ended().Sum(static outcomes => outcomes.Wrong) > 1);
    }

    [Fact]
    public void A_missing_response_or_a_server_error_is_a_failure_and_not_a_wrong_outcome()
    {
        var (series, verdicts) = Play(new Shop { Fault = "is away" }, seed: 1);
        Assert.All(series.Ended(), static outcomes => Assert.True(outcomes is { AsExpected: 0, Wrong: 0, Failed: > 0 }));
        Assert.Contains(series.Wrong, static wrong => wrong.What == "item: create item: 503 unavailable, not 200");
        Assert.Contains(series.Wrong, static wrong => wrong.What == "one: create item: no answer");
        Assert.All(verdicts, static verdict => Assert.False(verdict.IsExpected));
    }

    [Fact]
    public void Once_closed_it_completes_open_visits_and_starts_none()
    {
        var (series, buffer, shop) = (new VisitSeries(ShopScenarios.Set, 1, Target), new byte[2_000], new Shop());
        var requests = series.Requests;
        Assert.True(requests.Begin!(0));
        series.Close();
        var number = 0;
        for (var begun = true; begun && number < 100; begun = requests.Begin(++number)) Answer(requests, number, buffer, shop);
        Assert.InRange(number, 3, 20);
        var ended = series.Ended();
        Assert.Equal((1, 0), (ended.Sum(static outcomes => outcomes.AsExpected), ended.Sum(static outcomes => outcomes.Unfinished)));
    }

    [Fact]
    public void A_body_goes_with_its_length_and_type()
    {
        var buffer = new byte[2_000];
        var call = Call.Post("k", "/p") with { Body = "{}"u8.ToArray() };
        var length = call.Write("shop:1", buffer);
        Assert.Equal("POST /p HTTP/1.1\r\nHost: shop:1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
            Encoding.ASCII.GetString(buffer, 0, length));
        length = Call.Get("k", "/p").Write("shop:1", buffer);
        Assert.Equal("GET /p HTTP/1.1\r\nHost: shop:1\r\n\r\n", Encoding.ASCII.GetString(buffer, 0, length));
    }

    private static (VisitSeries Series, List<Verdict> Verdicts) Play(Shop shop, long seed)
    {
        var series = new VisitSeries(ShopScenarios.Set, seed, Target);
        var (requests, buffer, verdicts) = (series.Requests, new byte[2_000], new List<Verdict>());
        for (var number = 0; number < Requests; number++)
        {
            Assert.True(requests.Begin!(number));
            verdicts.Add(Answer(requests, number, buffer, shop));
        }

        return (series, verdicts);
    }

    private static Verdict Answer(RequestSource requests, long number, byte[] buffer, Shop shop)
    {
        var path = Encoding.ASCII.GetString(buffer, 0, requests.Write(number, buffer)).Split(' ')[1];
        var (status, body) = shop.Answer(path.Split('/', StringSplitOptions.RemoveEmptyEntries));
        return requests.Answered(number, status, Encoding.ASCII.GetBytes(body));
    }

    private sealed class Shop
    {
        private readonly List<(long Price, long Stock)> _items = [];
        private readonly List<long> _credit = [];
        private readonly List<(int User, Dictionary<int, long> Lines, bool IsPaid)> _orders = [];
        private int _answers;

        public string Fault { get; init; } = "";

        public List<string> Paths { get; } = [];

        public (int Status, string Body) Answer(string[] path)
        {
            Paths.Add(string.Join('/', path));
            if (Fault == "is away") return _answers++ % 2 == 0 ? (0, "") : (503, """{"type":"urn:shop:problem:unavailable"}""");
            var numbers = path.Skip(2).Where(static part => char.IsAsciiDigit(part[0])).Select(static part => int.Parse(part, CultureInfo.InvariantCulture))
                .ToArray();
            switch (path[0], path[1])
            {
                case ("stock", "item"):
                    _items.Add((numbers[0], 0));
                    return (200, $$"""{"item_id":"{{_items.Count - 1}}"}""");
                case ("stock", "add"):
                    _items[numbers[0]] = (_items[numbers[0]].Price, numbers[1]);
                    return (200, "");
                case ("stock", "find"):
                    return (200, $$"""{"stock":{{_items[numbers[0]].Stock}},"price":{{_items[numbers[0]].Price}}}""");
                case ("payment", "create_user"):
                    _credit.Add(0);
                    return (200, $$"""{"user_id":"{{_credit.Count - 1}}"}""");
                case ("payment", "add_funds"):
                    _credit[numbers[0]] += numbers[1];
                    return (200, "");
                case ("payment", "find_user"):
                    return (200, $$"""{"credit":{{_credit[numbers[0]]}}}""");
                case ("orders", "create"):
                    _orders.Add((numbers[0], [], false));
                    return (200, $$"""{"order_id":"{{_orders.Count - 1}}"}""");
                case ("orders", "addItem"):
                    _orders[numbers[0]].Lines[numbers[1]] = numbers[2];
                    return (200, "");
                case ("orders", "removeItem"):
                    _orders[numbers[0]].Lines.Remove(numbers[1]);
                    return (200, "");
                case ("orders", "find"):
                    return (200, $$"""{"total_cost":{{Cost(numbers[0])}},"paid":{{(_orders[numbers[0]].IsPaid ? "true" : "false")}}}""");
                default:
                    return Checkout(numbers[0]);
            }
        }

        private long Cost(int order) => _orders[order].Lines.Sum(line => _items[line.Key].Price * line.Value);

        private (int Status, string Body) Checkout(int number)
        {
            var (user, lines, _) = _orders[number];
            var isShort = lines.Any(line => _items[line.Key].Stock < line.Value);
            var isPoor = _credit[user] < Cost(number);
            var isRefused = (isShort && Fault != "oversells") || (isPoor && Fault != "gives credit");
            if (!isRefused || Fault == "keeps what it reserved")
                foreach (var (item, quantity) in lines) _items[item] = (_items[item].Price, _items[item].Stock - quantity);
            if (isRefused) return (400, $$"""{"type":"urn:shop:problem:{{(isShort ? "out-of-stock" : "insufficient-credit")}}"}""");
            if (Fault != "forgets the charge") _credit[user] -= Cost(number);
            _orders[number] = (user, lines, true);
            return (200, """{"paid":true}""");
        }
    }
}
