extern alias OrderApi;

using OrderApi::Order.Api.Orders;
using OrderApi::Order.Api.Reconciliation;

namespace Tests.Unit.Reconciliation;

[Trait("Category", "Unit")]
public sealed class RulesTests
{
    private static readonly Guid Early = Rules.FirstSagaOf(DateTimeOffset.UnixEpoch.AddDays(1)), Late = Rules.FirstSagaOf(DateTimeOffset.UnixEpoch.AddDays(2));
    private static readonly string User = Early.ToString();

    [Fact]
    public void A_sagas_id_is_not_before_the_first_one_of_its_time()
    {
        var time = DateTimeOffset.UnixEpoch.AddMilliseconds(1_234_567_890_123);
        for (var i = 0; i < 100; i++)
        {
            Assert.True(Guid.CreateVersion7(time).CompareTo(Rules.FirstSagaOf(time)) > 0);
            Assert.True(Guid.CreateVersion7(time).CompareTo(Rules.FirstSagaOf(time.AddMilliseconds(1))) < 0);
        }
    }

    [Fact]
    public void A_paid_order_has_one_charge_of_its_user_and_total()
    {
        var paid = Order(OrderStatus.Paid);
        Assert.Null(Rules.PaidIsCharged(paid, new(User, 10, true), Guid.Empty));
        Assert.Equal("o", Rules.PaidIsCharged(paid, null, Guid.Empty)!.Id);
        Assert.NotNull(Rules.PaidIsCharged(paid, new(User, 10, false), Guid.Empty));
        Assert.NotNull(Rules.PaidIsCharged(paid, new(User, 9, true), Guid.Empty));
        Assert.NotNull(Rules.PaidIsCharged(paid, new("another", 10, true), Guid.Empty));
    }

    [Fact]
    public void An_order_that_failed_has_none_and_one_in_checkout_may_have_one()
    {
        Assert.Null(Rules.PaidIsCharged(Order(OrderStatus.Open), null, Guid.Empty));
        Assert.Null(Rules.PaidIsCharged(Order(OrderStatus.Open), new(User, 10, false), Guid.Empty));
        Assert.NotNull(Rules.PaidIsCharged(Order(OrderStatus.Open), new(User, 10, true), Guid.Empty));
        Assert.Null(Rules.PaidIsCharged(Order(OrderStatus.CheckingOut), null, Guid.Empty));
        Assert.Null(Rules.PaidIsCharged(Order(OrderStatus.CheckingOut), new(User, 10, true), Guid.Empty));
    }

    [Fact]
    public void Only_a_charge_that_batch_init_took_away_may_be_missing()
    {
        var numbered = Order(OrderStatus.Paid) with { User = "7" };
        Assert.Null(Rules.PaidIsCharged(numbered, null, Early));
        Assert.Null(Rules.PaidIsCharged(numbered, null, Late));
        Assert.NotNull(Rules.PaidIsCharged(numbered with { Saga = Late }, null, Early));
        Assert.NotNull(Rules.PaidIsCharged(numbered, new("7", 9, true), Late)); // exists, and is wrong
        Assert.NotNull(Rules.PaidIsCharged(Order(OrderStatus.Paid), null, Late)); // not a numbered user
    }

    [Fact]
    public void An_order_in_checkout_has_an_open_saga()
    {
        Assert.NotNull(Rules.CheckoutHasSaga(Order(OrderStatus.CheckingOut)));
        Assert.Null(Rules.CheckoutHasSaga(Order(OrderStatus.CheckingOut) with { IsSagaOpen = true }));
        Assert.Null(Rules.CheckoutHasSaga(Order(OrderStatus.Paid)));
        Assert.Null(Rules.CheckoutHasSaga(Order(OrderStatus.Open)));
    }

    [Fact]
    public void Books_balance_and_match_their_entries()
    {
        // opened with 5, funded with 20, charged 12, 2 of that refunded
        var good = new AccountBooks("a", 15, 5, 25, 12, 2, 20, 12, 2);
        Assert.Equal((null, null, null), Judge(good));
        Assert.Equal(("a", "a", null), Judge(good with { Balance = -1 }));
        Assert.Equal((null, "a", null), Judge(good with { Balance = 16 }));
        Assert.Equal((null, null, "a"), Judge(good with { EntriesFunded = 19 }));
        Assert.Equal((null, null, "a"), Judge(good with { EntriesCaptured = 0 }));
        Assert.Equal((null, null, "a"), Judge(good with { EntriesRefunded = 12 }));

        static (string?, string?, string?) Judge(AccountBooks account) =>
            (Rules.CreditNotNegative(account)?.Id, Rules.BooksBalance(account)?.Id, Rules.BooksMatchEntries(account)?.Id);
    }

    [Fact]
    public void Stock_adds_up_and_is_not_negative()
    {
        var good = new ItemBooks("i", 5, 3, 10, 2);
        Assert.Equal((null, null), Judge(good));
        Assert.Equal((null, "i"), Judge(good with { Held = 1 }));
        Assert.Equal((null, "i"), Judge(good with { Available = 6 }));
        Assert.Equal(("i", null), Judge(good with { Available = -1, Held = 8 }));
        Assert.Equal((null, "i"), Judge(new("i", long.MaxValue, long.MaxValue, 0, 0))); // sums do not overflow

        static (string?, string?) Judge(ItemBooks item) => (Rules.StockNotNegative(item)?.Id, Rules.StockAddsUp(item)?.Id);
    }

    [Fact]
    public void Only_the_stock_that_orders_are_sold_from_is_accepted()
    {
        Assert.Null(Rules.SameStock(Early, Early));
        Assert.Equal($"another one, {Late}", Rules.SameStock(Early, Late)!.Found);
        Assert.Equal("none: Redis has lost it", Rules.SameStock(Early, null)!.Found);
    }

    private static OrderFact Order(OrderStatus status) => new("o", User, status, Early, 10, false);
}
