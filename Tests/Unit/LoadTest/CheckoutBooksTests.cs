using System.Text;
using LoadTest.Checkouts;

namespace Tests.Unit.LoadTest;

[Trait("Category", "Unit")]
public sealed class CheckoutBooksTests
{
    private const long Stock = 100, Credit = 50;

    // Order 0 got 2xx, order 1 got 4xx, order 2 got no response, and order 3 was never checked out.
    private static readonly CheckoutOutcome[] Outcomes =
        [CheckoutOutcome.Committed, CheckoutOutcome.Refused, CheckoutOutcome.Unknown, CheckoutOutcome.Unused];

    private readonly CheckoutBooks _books = new(Outcomes, new OrderIds(4), items: 2, users: 1, Stock, Credit);

    [Fact]
    public void Consistent_books_balance()
    {
        Read(isPaid: [true, false, false], stock: [97, 98], credit: 43);
        var result = _books.Compare();
        Assert.Empty(result.Violations);
        Assert.Equal((true, 1, 0, 5, 5, 7, 7),
            (result.IsBalanced, result.OrdersPaid, result.UnknownPaid, result.StockTaken, result.StockOrdered, result.CreditTaken, result.CreditOrdered));
    }

    [Fact]
    public void An_unknown_outcome_may_be_paid_if_all_of_it_is()
    {
        Read(isPaid: [true, false, true], stock: [94, 96], credit: 36);
        var result = _books.Compare();
        Assert.Equal((true, 2, 1), (result.IsBalanced, result.OrdersPaid, result.UnknownPaid));
    }

    [Theory]
    [InlineData(false, false, 100, 100, 50, "order 0: answered 2xx, but not paid")]
    [InlineData(true, true, 94, 96, 36, "order 1: answered 4xx, but paid")]
    [InlineData(true, false, 96, 98, 43, "item 0: 4 taken from stock, 3 in paid orders")]
    [InlineData(true, false, 97, 99, 43, "item 1: 1 taken from stock, 2 in paid orders")]
    [InlineData(true, false, 97, 98, 36, "user 0: 14 of credit taken, but paid orders cost 7")]
    public void Violations_are_reported(bool isFirstPaid, bool isSecondPaid, long stock0, long stock1, long credit, string violation)
    {
        Read([isFirstPaid, isSecondPaid, false], [stock0, stock1], credit);
        var result = _books.Compare();
        Assert.Equal((1, false), (result.ViolationCount, result.IsBalanced));
        Assert.Equal([violation], result.Violations);
    }

    [Fact]
    public void Books_below_zero_are_a_violation_even_when_they_add_up()
    {
        Read(isPaid: [true, false, false], stock: [-3, 98], credit: 43);
        Assert.Contains("item 0: stock is -3", _books.Compare().Violations);
    }

    [Fact]
    public void An_order_is_counted_once_however_often_it_is_read()
    {
        Read(isPaid: [true, false, false], stock: [97, 98], credit: 43);
        Assert.Equal([1, 2], _books.OrdersToRead());
        Read(isPaid: [true, false, false], stock: [97, 98], credit: 43);
        Assert.True(_books.Compare().IsBalanced);
    }

    [Fact]
    public void All_violations_are_counted_and_some_are_reported()
    {
        var ledger = new CheckoutBooks([.. Enumerable.Repeat(CheckoutOutcome.Committed, 1000)], new OrderIds(1000), 1, 1, 0, 0);
        var result = ledger.Compare();
        Assert.Equal((1000, CheckoutBooks.ViolationsMax), (result.ViolationCount, result.Violations.Count));
    }

    [Theory]
    [InlineData(102, 99, 3, null)]
    [InlineData(103, 99, 3, null)] // the third piece, whose outcome is unknown
    [InlineData(101, 99, 3, "item 0: -1 taken from stock, 0 in paid orders")]
    [InlineData(104, 99, 3, "item 0: -4 taken from stock, 0 in paid orders")]
    [InlineData(102, 50, 3, "user 0: 0 of credit taken, but paid orders cost 0")]
    [InlineData(102, 99, 2, "order 3: has 2 pieces, which the requests to add an item do not explain")]
    public void Acknowledged_changes_must_be_in_the_books_and_unknown_ones_may_be(long stock, long credit, long pieces, string? violation)
    {
        var changes = new ShopChanges(items: 2, users: 1, orders: 4);
        int[] statuses = [200, 200, 400, 503];
        foreach (var status in statuses) changes.Stock.Add(0, status);
        for (var i = 0; i < 49; i++) changes.Credit.Add(0, 200);
        changes.Pieces.Add(3, 200);
        var books = new CheckoutBooks([.. Enumerable.Repeat(CheckoutOutcome.Unused, 4)], new OrderIds(4), 2, 1, Stock, Credit, changes);
        Assert.Equal([3], books.OrdersToRead());
        Assert.True(books.TakeOrder(
            3, Encoding.UTF8.GetBytes($$"""{"order_id":"3","paid":false,"items":[["0",{{pieces}}]],"user_id":"0","total_cost":3}""")));
        Read(books, isPaid: [], stock: [stock, Stock], credit);
        Assert.Equal(violation is null ? [] : [violation], books.Compare().Violations);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"paid":1,"total_cost":3}""")]
    [InlineData("""{"items":[],"user_id":"0","total_cost":3}""")]
    [InlineData("""{"paid":true,"items":[["0","2"]],"user_id":"0","total_cost":3}""")]
    public void An_invalid_order_is_rejected(string body) => Assert.False(_books.TakeOrder(0, Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("{")]
    [InlineData("""{"price":1}""")]
    [InlineData("""{"stock":"7"}""")]
    public void An_invalid_item_is_rejected(string body) => Assert.False(_books.TakeItem(0, Encoding.UTF8.GetBytes(body)));

    // Every order contains three of item 0 and two of item 1, and costs 7.
    private void Read(bool[] isPaid, long[] stock, long credit) => Read(_books, isPaid, stock, credit);

    private static void Read(CheckoutBooks books, bool[] isPaid, long[] stock, long credit)
    {
        for (var i = 0; i < isPaid.Length; i++)
        {
            var body = $$"""{"order_id":"{{i}}","paid":{{(isPaid[i] ? "true" : "false")}},"items":[["0",3],["1",2]],"user_id":"0","total_cost":7}""";
            Assert.True(books.TakeOrder(i, Encoding.UTF8.GetBytes(body)));
        }

        for (var i = 0; i < stock.Length; i++) Assert.True(books.TakeItem(i, Encoding.UTF8.GetBytes($$"""{"stock":{{stock[i]}},"price":1,"held":0}""")));
        Assert.True(books.TakeUser(0, Encoding.UTF8.GetBytes($$"""{"user_id":"0","credit":{{credit}}}""")));
    }
}
