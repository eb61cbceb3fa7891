extern alias OrderApi;

using OrderApi::Order.Api.Checkout;
using OrderApi::Order.Api.Checkout.Participants;
using OrderApi::Order.Api.Checkout.Saga;
using OrderApi::Order.Api.Checkout.Store;
using OrderApi::Order.Api.Orders;

namespace Tests.Unit.Checkout.Simulation;

/// <summary>The model of the database fulfils the same contract as Postgres.</summary>
[Trait("Category", "Unit")]
public sealed class StoreModelTests : SagaStoreContract
{
    private readonly Scheduler _scheduler = new(seed: 1);
    private readonly Journal _journal;
    private readonly Database _database;

    public StoreModelTests()
    {
        _journal = new(_scheduler, isKept: false);
        _database = new(_scheduler, _journal, Bug.None);
        var network = new Network(_scheduler, _journal);
        Store = new Stepped(_scheduler, network, _database, _journal, "one");
        Other = new Stepped(_scheduler, network, _database, _journal, "other");
    }

    internal override ISagaStore Store { get; }

    internal override ISagaStore Other { get; }

    internal override Task PutAsync(string id, string user, ReservationLine[] lines, long total)
    {
        _database.Orders[id] = new(id, user, lines, total);
        return Task.CompletedTask;
    }

    internal override Task RemoveAsync(string id)
    {
        _database.Orders.Remove(id);
        return Task.CompletedTask;
    }

    internal override Task<(OrderStatus Status, Guid? Saga, Refusal Refusal)> ReadAsync(string id)
    {
        var order = _database.Orders[id];
        return Task.FromResult((order.Status, order.Saga, order.Refusal));
    }

    protected override Task PassAsync(TimeSpan time)
    {
        var hasPassed = false;
        _scheduler.Add(time, null, () => hasPassed = true);
        while (!hasPassed) _scheduler.RunNext();
        return Task.CompletedTask;
    }

    // Runs each call to completion, step by step, before the caller continues.
    private sealed class Stepped : ISagaStore
    {
        private readonly Scheduler _scheduler;
        private readonly Process _process;
        private readonly StoreModel _store;

        public Stepped(Scheduler scheduler, Network network, Database database, Journal journal, string name)
        {
            _scheduler = scheduler;
            _process = new(scheduler, name, TimeSpan.Zero);
            _store = new(_process, network, new("database"), database, journal, Bug.None);
        }

        public ValueTask<DateTimeOffset> NowAsync() => new(RunAsync(() => _store.NowAsync().AsTask()));

        public Task<TurnResult> TurnAsync(Turn turn) => RunAsync(() => _store.TurnAsync(turn));

        public Task<List<AdoptedBatch>> AdoptAsync(int max, long now) => RunAsync(() => _store.AdoptAsync(max, now));

        public Task<CheckoutResult?> FindOutcomeAsync(string order, Guid saga) => RunAsync(() => _store.FindOutcomeAsync(order, saga));

        private Task<T> RunAsync<T>(Func<Task<T>> callAsync)
        {
            var context = SynchronizationContext.Current;
            try
            {
                SynchronizationContext.SetSynchronizationContext(_process);
                var call = callAsync();
                while (!call.IsCompleted && _scheduler.RunNext()) ;
                return call;
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(context);
            }
        }
    }
}
