extern alias OrderApi;
extern alias PaymentApi;

using OrderApi::Order.Api.Checkout;
using OrderApi::Order.Api.Checkout.Saga;
using OrderApi::Order.Api.Orders;

namespace Tests.Unit.Checkout.Simulation;

/// <summary>Invariants of the checkout over all stores: some hold at every step, and all hold when nothing is in progress.</summary>
internal sealed class Audit
{
    private readonly Journal _journal;
    private readonly Database _database;
    private readonly StockModel _stock;
    private readonly PaymentModel _payment;

    public Audit(Journal journal, Database database, StockModel stock, PaymentModel payment)
    {
        (_journal, _database, _stock, _payment) = (journal, database, stock, payment);
        database.Recorded = CheckSaga;
        stock.Changed = saga =>
        {
            foreach (var (id, item) in stock.Items) Expect(item.Available >= 0, $"{id} is oversold");
            CheckSaga(database.Sagas[saga]);
        };
        payment.Changed = saga =>
        {
            foreach (var account in payment.Accounts.Values) Expect(account.Balance >= 0, $"{account.Id} owes");
            CheckSaga(database.Sagas[saga]);
        };
    }

    /// <summary>An outcome that a client has received is true and remains true.</summary>
    public void Hear(string order, CheckoutResult result)
    {
        if (result.Status == CheckoutStatus.Paid)
        {
            Expect(Of(order).Any(static saga => saga.IsPaid == true), $"a client hears that {order} is paid, which it is not");
        }
        else if (result.Status == CheckoutStatus.Refused)
        {
            Expect(
                Of(order).Any(saga => saga.IsOrphan || (saga.IsPaid == false && saga.Refusal == result.Refusal)),
                $"a client hears of {order} that {result.Refusal}, which never was");
        }
    }

    /// <summary>Every saga begun before the given time has ended.</summary>
    public void CheckNoneOpenSince(long before) => Expect(!_database.HasOpenSince(before), "a saga is still open after the trouble");

    /// <summary>At the end, the books of all three services balance and match the outcomes that clients received.</summary>
    public void CheckBooks()
    {
        foreach (var holder in _stock.Holders) _journal.Violate($"{_journal.Name(holder, 'S')} holds something for ever");
        foreach (var saga in _database.Sagas.Values) CheckEnd(saga);
        foreach (var order in _database.Orders.Values)
        {
            Expect(order.Status != OrderStatus.CheckingOut, $"{order.Id} is in checkout for ever");
            Expect(order.Status != OrderStatus.Paid || _database.Sagas[order.Saga!.Value].IsPaid == true, $"{order.Id} is paid without a saga");
        }

        var done = _database.Sagas.Values.Where(saga => _payment.IsCharged(saga.Id)).Select(static saga => saga.Order).ToList();
        foreach (var (id, item) in _stock.Items)
        {
            var sold = done.SelectMany(static order => order.Lines).Where(line => line.Item == id).Sum(static line => line.Quantity);
            Expect(item.Sold == sold, $"{item.Sold} of {id} are sold, and {sold} are paid");
            Expect(item.Initial == item.Available + item.Sold, $"{id} had {item.Initial}, and has {item.Available} left and {item.Sold} sold");
        }

        foreach (var account in _payment.Accounts.Values)
        {
            var spent = done.Where(order => order.User == account.Id).Sum(static order => order.Total);
            Expect(account.Funded == account.Balance + account.Captured - account.Refunded, $"{account.Id}'s books do not balance");
            Expect(account.Captured - account.Refunded == spent, $"{account.Id} spent {account.Captured - account.Refunded} on orders of {spent}");
        }
    }

    // One charge and one sale, or neither, now and as recorded. Either is valid if batch_init replaced the order.
    private void CheckEnd(SagaFacts saga)
    {
        var isCharged = _payment.IsCharged(saga.Id);
        var name = $"{_journal.Name(saga.Id, 'S')} of {saga.Order.Id}";
        var commits = _stock.Commits.GetValueOrDefault(saga.Id);
        Expect(commits == (isCharged ? 1 : 0), $"{name} was charged {isCharged}, and sold {commits} times");
        if (saga.IsOrphan) return;
        Expect(saga.IsPaid == isCharged, $"{name} was charged {isCharged}, and recorded {saga.IsPaid}");
        Expect(saga.IsPaid != true || (saga.Order.Status == OrderStatus.Paid && saga.Order.Saga == saga.Id), $"{name} is paid, its order is not");
        if (!saga.Call.Answer.IsCompletedSuccessfully) return;
        var heard = saga.Call.Answer.Result;
        Expect(heard.Status != CheckoutStatus.Refused || !isCharged, $"{name} was charged, and its client was refused");
    }

    // At any time: a paid order is charged, and held or sold. A failed one is neither, ever.
    private void CheckSaga(SagaFacts saga)
    {
        if (saga.IsPaid is not { } isPaid || saga.IsOrphan) return;
        var (isCharged, hasEffect) = (_payment.IsCharged(saga.Id), _stock.HasEffect(saga.Id));
        if (isCharged == isPaid && hasEffect == isPaid) return;
        _journal.Violate($"{_journal.Name(saga.Id, 'S')} is {(isPaid ? "paid" : "refused")}, charged {isCharged}, held or sold {hasEffect}");
    }

    private IEnumerable<SagaFacts> Of(string order) => _database.Sagas.Values.Where(saga => saga.Order.Id == order);

    private void Expect(bool isTrue, string otherwise)
    {
        if (!isTrue) _journal.Violate(otherwise);
    }
}
