extern alias OrderApi;

using OrderApi::Order.Api.Checkout;
using OrderApi::Order.Api.Checkout.Participants;
using OrderApi::Order.Api.Checkout.Saga;
using OrderApi::Order.Api.Checkout.Store;
using OrderApi::Order.Api.Orders;

namespace Tests.Unit.Checkout;

/// <summary>
/// Contract of <see cref="ISagaStore"/>, tested for Postgres and for the model that the simulation uses, so that the simulation's results apply
/// to Postgres too.
/// </summary>
public abstract class SagaStoreContract
{
    private static readonly TimeSpan Past = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LeaseAndMore = SagaLimits.Lease + Past;

    /// <summary>Store of a replica.</summary>
    internal abstract ISagaStore Store { get; }

    /// <summary>Store of another replica on the same database.</summary>
    internal abstract ISagaStore Other { get; }

    /// <summary>Writes an open order, replacing any order with its id.</summary>
    internal abstract Task PutAsync(string id, string user, ReservationLine[] lines, long total);

    internal abstract Task RemoveAsync(string id);

    internal abstract Task<(OrderStatus Status, Guid? Saga, Refusal Refusal)> ReadAsync(string id);

    /// <summary>Advances the clock of the database.</summary>
    protected abstract Task PassAsync(TimeSpan time);

    [Fact]
    public async Task A_started_checkout_freezes_its_order()
    {
        ReservationLine[] lines = [new("apple", 2), new("pear", long.MaxValue)];
        await PutAsync("1", "ann", lines, 17);
        var call = await CallAsync("1");
        var batch = Guid.CreateVersion7();
        var begun = Assert.Single((await Store.TurnAsync(new([], [], [call], batch))).Begun);
        var saga = Assert.IsType<CheckoutSaga>(begun.Saga);
        Assert.Equal((OrderStatus.Open, null), (begun.Order, begun.Other));
        Assert.Equal((call.SagaId, "1", "ann", 17, SagaState.Started), (saga.Id, saga.OrderId, saga.UserId, saga.Total, saga.State));
        Assert.Equal(lines, saga.Lines);
        Assert.Same(call, saga.Call);
        Assert.Equal((batch, 1), (saga.Batch.Id, saga.Batch.Epoch));
        Assert.InRange((await Store.NowAsync()).ToUnixTimeSeconds() - saga.Batch.StartedAt, 0, 2);
        Assert.Equal((OrderStatus.CheckingOut, call.SagaId, Refusal.None), await ReadAsync("1"));
        Assert.Null(await Store.FindOutcomeAsync("1", call.SagaId));
    }

    [Fact]
    public async Task A_checkout_that_cannot_begin_has_a_reason_and_does_not_block_its_turn()
    {
        foreach (var id in (string[])["open", "paid", "taken"]) await PutAsync(id, "ann", [new("apple", 1)], 5);
        await PutAsync("empty", "ann", [], 0);
        await PayAsync("paid");
        var taken = await BeginAsync("taken");
        CheckoutCall[] calls = [await CallAsync("taken"), await CallAsync("gone"), await CallAsync("open"), await CallAsync("paid"), await CallAsync("empty")];
        var begun = (await Store.TurnAsync(new([], [], calls, Guid.CreateVersion7()))).Begun;
        Assert.Equal(
            [(OrderStatus.CheckingOut, null, taken.Id), (null, null, null), (OrderStatus.Open, calls[2].SagaId, null), (OrderStatus.Paid, null, null),
                (OrderStatus.Open, null, null)],
            begun.Select(static one => ((OrderStatus?, Guid?, Guid?))(one.Order, one.Saga?.Id, one.Other)));
        Assert.Equal((OrderStatus.Open, null, Refusal.None), await ReadAsync("empty"));
    }

    [Fact]
    public async Task A_saga_does_not_begin_twice()
    {
        await PutAsync("1", "ann", [new("apple", 1)], 5);
        var turn = new Turn([], [], [await CallAsync("1")], Guid.CreateVersion7());
        var first = Assert.Single((await Store.TurnAsync(turn)).Begun).Saga!;
        foreach (var store in (ISagaStore[])[Store, Other])
            Assert.Equal(new(OrderStatus.CheckingOut, null, first.Id), Assert.Single((await store.TurnAsync(turn)).Begun));
        Assert.Equal(SagaEvent.Recorded, await RecordAsync(Charged(first)));
        Assert.Equal(new(OrderStatus.Paid, null, null), Assert.Single((await Store.TurnAsync(turn)).Begun));
    }

    [Fact]
    public async Task Of_two_turns_that_begin_one_order_concurrently_one_succeeds()
    {
        await PutAsync("1", "ann", [new("apple", 1)], 5);
        CheckoutCall[] calls = [await CallAsync("1"), await CallAsync("1")];
        var turns = await Task.WhenAll(
            Store.TurnAsync(new([], [], [calls[0]], Guid.CreateVersion7())), Other.TurnAsync(new([], [], [calls[1]], Guid.CreateVersion7())));
        var begun = turns.Select(static turn => Assert.Single(turn.Begun)).ToArray();
        var winner = Assert.Single(begun, static one => one.Saga is not null).Saga!;
        Assert.Equal(winner.Id, Assert.Single(begun, static one => one.Saga is null).Other);
        Assert.Equal((OrderStatus.CheckingOut, winner.Id, Refusal.None), await ReadAsync("1"));
    }

    [Fact]
    public async Task A_turn_whose_batch_already_exists_does_nothing()
    {
        foreach (var id in (string[])["1", "2", "3"]) await PutAsync(id, "ann", [new("apple", 1)], 5);
        var (one, two) = (await BeginAsync("1"), Charged(await BeginAsync("2")));
        var call = await CallAsync("3");
        await Assert.ThrowsAnyAsync<Exception>(() => Store.TurnAsync(new([two], [], [call], one.Batch.Id)));
        Assert.Equal((OrderStatus.Open, null, Refusal.None), await ReadAsync("3"));
        Assert.Equal((OrderStatus.CheckingOut, two.Id, Refusal.None), await ReadAsync("2"));
    }

    [Fact]
    public async Task A_record_as_paid_is_permanent_and_can_be_repeated()
    {
        await PutAsync("1", "ann", [new("apple", 1)], 5);
        var saga = Charged(await BeginAsync("1"));
        // To its owner, the confirmation of the first transaction is lost.
        for (var i = 0; i < 3; i++) Assert.Equal(SagaEvent.Recorded, await RecordAsync(saga));
        Assert.Equal((OrderStatus.Paid, saga.Id, Refusal.None), await ReadAsync("1"));
        Assert.Equal(CheckoutResult.Paid, await Store.FindOutcomeAsync("1", saga.Id));
        Assert.Equal(CheckoutResult.Paid, await Other.FindOutcomeAsync("1", Guid.NewGuid()));
    }

    [Fact]
    public async Task A_record_of_a_failure_reopens_the_order_and_can_be_repeated()
    {
        await PutAsync("1", "ann", [new("apple", 1)], 5);
        var saga = Refused(await BeginAsync("1"), SagaEvent.OutOfStock);
        for (var i = 0; i < 3; i++) Assert.Equal(SagaEvent.Recorded, await RecordAsync(saga));
        Assert.Equal((OrderStatus.Open, saga.Id, Refusal.OutOfStock), await ReadAsync("1"));
        Assert.Equal(CheckoutResult.Refused(Refusal.OutOfStock), await Store.FindOutcomeAsync("1", saga.Id));
        Assert.Null(await Store.FindOutcomeAsync("1", Guid.NewGuid()));
        Assert.Null(await Store.FindOutcomeAsync("gone", saga.Id));

        var next = await BeginAsync("1");
        Assert.Equal((OrderStatus.CheckingOut, next.Id, Refusal.None), await ReadAsync("1"));
        Assert.Null(await Store.FindOutcomeAsync("1", saga.Id));
    }

    [Fact]
    public async Task A_record_is_never_overwritten_by_another_outcome()
    {
        foreach (var id in (string[])["paid", "failed"]) await PutAsync(id, "ann", [new("apple", 1)], 5);
        var paid = await BeginAsync("paid");
        var (failed, sameAsPaid) = (await BeginAsync("failed"), Copy(paid));
        var sameAsFailed = Copy(failed);
        Assert.Equal(SagaEvent.Recorded, await RecordAsync(Charged(paid)));
        Assert.Equal(SagaEvent.Recorded, await RecordAsync(Refused(failed, SagaEvent.UnknownItem)));
        Assert.Equal(SagaEvent.Overtaken, await RecordAsync(Refused(sameAsPaid, SagaEvent.OutOfStock)));
        Assert.Equal(SagaEvent.Overtaken, await RecordAsync(Charged(sameAsFailed)));
        Assert.Equal((OrderStatus.Paid, paid.Id, Refusal.None), await ReadAsync("paid"));
        Assert.Equal((OrderStatus.Open, failed.Id, Refusal.UnknownItem), await ReadAsync("failed"));
    }

    /// <summary>The members of a turn are recorded individually. Results are in the order of the request, regardless of the database's order.</summary>
    [Fact]
    public async Task An_obsolete_record_does_not_prevent_the_others()
    {
        foreach (var id in (string[])["a", "b", "c", "d"]) await PutAsync(id, "ann", [new("apple", 1)], 5);
        var stale = await BeginAsync("b");
        await PassAsync(LeaseAndMore);
        Assert.Single(await Other.AdoptAsync(9, 0));
        var (d, a, c) = (Charged(await BeginAsync("d")), Refused(await BeginAsync("a"), SagaEvent.OutOfStock), Charged(await BeginAsync("c")));
        Assert.Equal(
            [SagaEvent.Recorded, SagaEvent.Overtaken, SagaEvent.Recorded, SagaEvent.Recorded],
            (await Store.TurnAsync(new([d, Charged(stale), a, c], [], []))).Recorded);
        Assert.Equal(OrderStatus.CheckingOut, (await ReadAsync("b")).Status);
    }

    [Fact]
    public async Task A_former_owner_can_neither_record_nor_end()
    {
        await PutAsync("1", "ann", [new("apple", 1)], 5);
        var former = await BeginAsync("1");
        await PassAsync(LeaseAndMore);
        var adopted = Assert.Single(Assert.Single(await Other.AdoptAsync(9, 0)).Sagas);
        Assert.Equal((former.Id, former.Batch.Id, 2), (adopted.Id, adopted.Batch.Id, adopted.Batch.Epoch));

        Assert.Equal(SagaEvent.Overtaken, await RecordAsync(Charged(former)));
        await Store.TurnAsync(new([], [former.Batch], []));
        Assert.Equal(OrderStatus.CheckingOut, (await ReadAsync("1")).Status);
        Assert.Equal(SagaEvent.Recorded, await RecordAsync(Charged(adopted), Other));
        Assert.Equal(SagaEvent.Overtaken, await RecordAsync(former)); // although the other owner recorded the same

        await PassAsync(LeaseAndMore);
        Assert.Equal(3, Assert.Single(await Store.AdoptAsync(9, 0)).Batch.Epoch);
    }

    [Fact]
    public async Task For_a_deleted_order_a_failure_counts_as_recorded_and_a_payment_does_not()
    {
        foreach (var id in (string[])["1", "2", "3", "4"]) await PutAsync(id, "ann", [new("apple", 1)], 5);
        CheckoutSaga[] sagas =
        [
            Charged(await BeginAsync("1")), Refused(await BeginAsync("2"), SagaEvent.OutOfStock),
            Charged(await BeginAsync("3")), Refused(await BeginAsync("4"), SagaEvent.OutOfStock),
        ];
        await RemoveAsync("1");
        await RemoveAsync("2");
        foreach (var id in (string[])["3", "4"]) await PutAsync(id, "bob", [new("pear", 1)], 6);
        Assert.Equal(
            [SagaEvent.Overtaken, SagaEvent.Recorded, SagaEvent.Overtaken, SagaEvent.Recorded], (await Store.TurnAsync(new(sagas, [], []))).Recorded);
        foreach (var id in (string[])["3", "4"]) Assert.Equal((OrderStatus.Open, null, Refusal.None), await ReadAsync(id));
    }

    [Fact]
    public async Task An_ended_batch_is_neither_adopted_nor_recorded_and_can_end_again()
    {
        await PutAsync("1", "ann", [new("apple", 1)], 5);
        var saga = Charged(await BeginAsync("1"));
        await RecordAsync(saga);
        await Store.TurnAsync(new([], [saga.Batch], []));
        await Store.TurnAsync(new([], [saga.Batch], []));
        Assert.Equal(SagaEvent.Overtaken, await RecordAsync(saga));
        await PassAsync(LeaseAndMore);
        Assert.Empty(await Other.AdoptAsync(9, 0));
        Assert.Equal((OrderStatus.Paid, saga.Id, Refusal.None), await ReadAsync("1"));
    }

    [Fact]
    public async Task A_turn_records_first_then_ends_then_begins()
    {
        foreach (var id in (string[])["1", "2"]) await PutAsync(id, "ann", [new("apple", 1)], 5);
        var (one, two) = (Refused(await BeginAsync("1"), SagaEvent.OutOfStock), Charged(await BeginAsync("2")));
        CheckoutCall[] calls = [await CallAsync("2"), await CallAsync("1")];
        var result = await Store.TurnAsync(new([two, one], [one.Batch], calls, one.Batch.Id));
        Assert.Equal([SagaEvent.Recorded, SagaEvent.Recorded], result.Recorded);
        Assert.Equal(new(OrderStatus.Paid, null, null), result.Begun[0]);
        Assert.Equal(calls[1].SagaId, result.Begun[1].Saga?.Id);
        Assert.Equal((OrderStatus.CheckingOut, calls[1].SagaId, Refusal.None), await ReadAsync("1"));
    }

    [Fact]
    public async Task A_batch_is_adopted_whenever_its_lease_has_expired_and_not_before()
    {
        await PutAsync("1", "ann", [new("apple", 2)], 5);
        var saga = await BeginAsync("1", traceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        Assert.Empty(await Other.AdoptAsync(9, 0));
        await PassAsync(SagaLimits.Lease / 2);
        Assert.Empty(await Other.AdoptAsync(9, 0));
        for (var epoch = 2; epoch < 5; epoch++)
        {
            await PassAsync(LeaseAndMore);
            var adopted = Assert.Single(await Other.AdoptAsync(9, 4711));
            Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", adopted.TraceParent);
            Assert.Equal((saga.Batch.Id, epoch, 4711), (adopted.Batch.Id, adopted.Batch.Epoch, adopted.Batch.LeasedAt));
            var same = Assert.Single(adopted.Sagas);
            Assert.Equal((saga.Id, "1", "ann", 5, SagaState.Started), (same.Id, same.OrderId, same.UserId, same.Total, same.State));
            Assert.Equal(saga.Lines, same.Lines);
            Assert.Same(adopted.Batch, same.Batch);
            Assert.Null(same.Call);
            Assert.Empty(await Store.AdoptAsync(9, 0));
        }
    }

    [Fact]
    public async Task Overdue_batches_are_adopted_oldest_first_up_to_the_limit()
    {
        var batches = new List<Guid>();
        for (var i = 0; i < 4; i++)
        {
            await PutAsync($"{i}", "ann", [new("apple", 1)], 5);
            batches.Add((await BeginAsync($"{i}")).Batch.Id);
            await PassAsync(TimeSpan.FromSeconds(1));
        }

        await PassAsync(LeaseAndMore);
        Assert.Equal(batches[..1], (await Store.AdoptAsync(1, 0)).Select(static one => one.Batch.Id));
        Assert.Equal(batches[1..3].Order(), (await Other.AdoptAsync(2, 0)).Select(static one => one.Batch.Id).Order());
        Assert.Equal(batches[3..], (await Store.AdoptAsync(9, 0)).Select(static one => one.Batch.Id));
        Assert.Empty(await Store.AdoptAsync(9, 0));
    }

    [Fact]
    public async Task Concurrent_adopters_share_the_batches()
    {
        var batches = new List<Guid>();
        for (var i = 0; i < 8; i++)
        {
            await PutAsync($"{i}", "ann", [new("apple", 1)], 5);
            batches.Add((await BeginAsync($"{i}")).Batch.Id);
        }

        await PassAsync(LeaseAndMore);
        var adopted = new List<Guid>();
        while (adopted.Count < batches.Count)
        {
            var both = await Task.WhenAll(Store.AdoptAsync(2, 0), Other.AdoptAsync(2, 0));
            Assert.NotEmpty(both[0].Concat(both[1]));
            adopted.AddRange(both.SelectMany(static found => found).Select(static one => one.Batch.Id));
        }

        Assert.Equal(batches.Order(), adopted.Order());
    }

    [Fact]
    public async Task An_adopted_saga_has_the_state_of_its_order()
    {
        foreach (var id in (string[])["begun", "paid", "failed", "again", "gone", "replaced"]) await PutAsync(id, $"user of {id}", [new("apple", 1)], 5);
        var sagas = await BeginAsync(["begun", "paid", "failed", "again", "gone", "replaced"]);
        await RecordAsync(Charged(sagas[1]));
        await RecordAsync(Refused(sagas[2], SagaEvent.OutOfStock));
        await RecordAsync(Refused(sagas[3], SagaEvent.OutOfStock));
        await RemoveAsync("gone");
        await PutAsync("replaced", "another", [new("pear", 1)], 7);
        await PassAsync(LeaseAndMore);
        await BeginAsync("again");
        var adopted = Assert.Single(await Other.AdoptAsync(9, 0)).Sagas.OrderBy(static saga => saga.OrderId, StringComparer.Ordinal).ToArray();
        var undone = new SagaState(SagaStep.Refund, Refusal.Expired);
        Assert.Equal(
            [("again", undone, 0), ("begun", SagaState.Started, 1), ("gone", undone, 0), ("paid", SagaState.Paid, 1), ("replaced", undone, 0)],
            adopted.Select(static saga => (saga.OrderId, saga.State, saga.Lines.Length)));
        Assert.All(adopted, static saga => Assert.Equal(($"user of {saga.OrderId}", 5), (saga.UserId, saga.Total)));
    }

    [Fact]
    public async Task A_saga_too_old_for_its_pivot_is_cancelled_and_a_paid_one_is_not()
    {
        foreach (var id in (string[])["begun", "paid"]) await PutAsync(id, "ann", [new("apple", 1)], 5);
        var sagas = await BeginAsync(["begun", "paid"]);
        await RecordAsync(Charged(sagas[1]));
        await PassAsync(SagaLimits.PivotAgeMax + Past);
        var adopted = Assert.Single(await Other.AdoptAsync(9, 0)).Sagas;
        Assert.Equal(new(SagaStep.Refund, Refusal.Expired), Assert.Single(adopted, static saga => saga.OrderId == "begun").State);
        Assert.Equal(SagaState.Paid, Assert.Single(adopted, static saga => saga.OrderId == "paid").State);
    }

    /// <summary>The owner crashed between recording the outcome and ending the saga.</summary>
    [Fact]
    public async Task A_batch_without_open_sagas_is_adopted_and_ends()
    {
        await PutAsync("1", "ann", [new("apple", 1)], 5);
        await RecordAsync(Refused(await BeginAsync("1"), SagaEvent.OutOfStock));
        await PassAsync(LeaseAndMore);
        var adopted = Assert.Single(await Other.AdoptAsync(9, 0));
        Assert.Empty(adopted.Sagas);
        await Other.TurnAsync(new([], [adopted.Batch], []));
        await PassAsync(LeaseAndMore);
        Assert.Empty(await Store.AdoptAsync(9, 0));
    }

    // By hand, because the store does not repeat a begin with a lost confirmation. The id alone does not show that the saga has ended.
    [Fact]
    public async Task A_begin_that_arrives_after_its_saga_failed_begins_it_again()
    {
        await PutAsync("1", "ann", [new("apple", 1)], 5);
        var turn = new Turn([], [], [await CallAsync("1")], Guid.CreateVersion7());
        var saga = Assert.Single((await Store.TurnAsync(turn)).Begun).Saga!;
        await Store.TurnAsync(new([Refused(saga, SagaEvent.OutOfStock)], [saga.Batch], []));
        Assert.Equal(saga.Id, Assert.Single((await Store.TurnAsync(turn)).Begun).Saga?.Id);
    }

    internal async Task<CheckoutCall> CallAsync(string order)
    {
        var call = new CheckoutCall(order, 0, default);
        call.Begin(await Store.NowAsync());
        return call;
    }

    internal async Task<CheckoutSaga> BeginAsync(string order, string? traceParent = null) => (await BeginAsync([order], traceParent))[0];

    private async Task<CheckoutSaga[]> BeginAsync(string[] orders, string? traceParent = null)
    {
        var calls = new CheckoutCall[orders.Length];
        for (var i = 0; i < calls.Length; i++) calls[i] = await CallAsync(orders[i]);
        return Array.ConvertAll((await Store.TurnAsync(new([], [], calls, Guid.CreateVersion7(), traceParent))).Begun, static begun => begun.Saga!);
    }

    private async Task<SagaEvent> RecordAsync(CheckoutSaga saga, ISagaStore? store = null) =>
        Assert.Single((await (store ?? Store).TurnAsync(new([saga], [], []))).Recorded);

    private async Task PayAsync(string order)
    {
        var saga = Charged(await BeginAsync(order));
        await RecordAsync(saga);
        await Store.TurnAsync(new([], [saga.Batch], []));
    }

    private static CheckoutSaga Charged(CheckoutSaga saga)
    {
        saga.Hear(SagaEvent.Reserved);
        saga.Hear(SagaEvent.Charged);
        return saga;
    }

    private static CheckoutSaga Refused(CheckoutSaga saga, SagaEvent why)
    {
        saga.Hear(why);
        return saga;
    }

    private static CheckoutSaga Copy(CheckoutSaga saga) => new(saga.Id, saga.OrderId, saga.UserId, saga.Lines, saga.Total, saga.Batch, saga.State);
}
