extern alias OrderApi;
extern alias PaymentApi;
extern alias StockApi;

using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrderApi::Order.Api.Checkout;
using OrderApi::Order.Api.Checkout.Participants;
using OrderApi::Order.Api.Checkout.Saga;
using OrderApi::Order.Api.Checkout.Store;
using OrderApi::Order.Api.Orders;
using PaymentApi::Payment.Api;
using PaymentApi::Payment.Api.Accounts;
using PaymentApi::Payment.Api.Charges;
using StackExchange.Redis;
using StockApi::Stock.Api.Items;
using Tests.Unit.Checkout.Simulation;
using PaymentOutcome = OrderApi::Order.Api.Checkout.Participants.PaymentOutcome;

namespace Tests.Unit.Checkout;

/// <summary>Unknown outcomes from a service or a store throw. They are never treated as success or failure.</summary>
[Trait("Category", "Unit")]
public sealed class OutcomeTests : IDisposable
{
    private static readonly SagaBatch Batch = new(Guid.CreateVersion7(), 1, 1_000_000, 1);

    private readonly Silence _silence = new();
    private readonly CheckoutTelemetry _telemetry;
    private readonly ManualTime _time = new();
    private readonly Logs _logs = new();

    public OutcomeTests() => _telemetry = new(_silence, _silence, NullLogger<CheckoutTelemetry>.Instance);

    public void Dispose()
    {
        _telemetry.Dispose();
        _silence.Dispose();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(6)]
    [InlineData(99)]
    public async Task A_charge_with_an_unknown_outcome_is_not_moved_and_its_stock_stays_held(int number)
    {
        CheckoutSaga[] sagas = [Saga(SagaStep.Charge), Saga(SagaStep.Charge), Saga(SagaStep.Refund)];
        await RunAsync(sagas, new Stock(), Payment($$"""{"outcomes":[{{number}},1,{{number}}]}"""));
        Assert.Equal([SagaStep.Charge, SagaStep.RecordPaid, SagaStep.Refund], sagas.Select(static saga => saga.State.Step));

        // Once each, however long the owner continues: recovery retries.
        Assert.Equal(2, _logs.Critical.Count);
        Assert.Equal($"Saga {sagas[0].Id} of order {sagas[0].OrderId} is stuck at Charge until recovery retries it: "
            + $"Payment.Api answered the outcome {number}, which this version does not know.", _logs.Critical[0]);
    }

    [Fact]
    public async Task Adopting_a_stuck_saga_retries_its_step()
    {
        var id = Guid.CreateVersion7();
        var saga = Saga(SagaStep.Charge, id);
        await RunAsync([saga], new Stock(), Payment("""{"outcomes":[77]}"""));
        var adopted = Saga(SagaStep.Charge, id);
        await RunAsync([adopted], new Stock(), Payment("""{"outcomes":[1]}"""));
        Assert.Equal((SagaStep.Charge, SagaStep.RecordPaid), (saga.State.Step, adopted.State.Step));
    }

    [Theory]
    [InlineData(nameof(SagaStep.Reserve))]
    [InlineData(nameof(SagaStep.Commit))]
    [InlineData(nameof(SagaStep.Release))]
    public async Task An_unknown_outcome_of_stock_moves_nothing(string at)
    {
        var step = Enum.Parse<SagaStep>(at);
        var saga = Saga(step);
        var stock = new Stock((StockOutcome)7);
        await RunAsync([saga], stock, Payment("{}"));
        Assert.Equal((step, 1, 1), (saga.State.Step, stock.Calls, _logs.Critical.Count));
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, 1)] // malformed for good: once
    [InlineData(HttpStatusCode.InternalServerError, 0)] // may pass: asked again
    public async Task A_saga_that_makes_calls_fail_does_not_block_its_batch(HttpStatusCode status, int logged)
    {
        CheckoutSaga[] sagas = [.. Enumerable.Range(0, 100).Select(static _ => Saga(SagaStep.Charge))];
        await RunAsync(sagas, new Stock(), new FailingPayment(sagas[37].Id, status));
        Assert.Equal([sagas[37]], sagas.Where(static saga => saga.State.Step != SagaStep.RecordPaid));
        Assert.Equal((SagaStep.Charge, logged), (sagas[37].State.Step, _logs.Critical.Count));
    }

    /// <summary>Without a response, or with the service down, more calls would not help.</summary>
    [Fact]
    public async Task Sagas_are_not_split_when_a_service_is_down()
    {
        CheckoutSaga[] sagas = [.. Enumerable.Range(0, 100).Select(static _ => Saga(SagaStep.Charge))];
        var payment = new FailingPayment(sagas[37].Id, HttpStatusCode.ServiceUnavailable);
        await RunAsync(sagas, new Stock(), payment);
        Assert.All(sagas, static saga => Assert.Equal(SagaStep.Charge, saga.State.Step));
        Assert.Equal(100, payment.SmallestCall);
    }

    [Fact]
    public void An_order_with_an_unknown_status_is_neither_paid_nor_open()
    {
        const OrderStatus Unknown = (OrderStatus)3;
        Assert.Contains("status 3", Assert.Throws<InvalidDataException>(() => SagaState.Adopted(Unknown, isExpired: true)).Message, StringComparison.Ordinal);
        var order = new OrderRow("1", "1", Unknown, []);
        Assert.Throws<InvalidDataException>(() => order.IsPaid);
        Assert.Equal(OrderChange.NotOpen, order.Add("1", 1, 1));
    }

    /// <summary>The client must learn that the outcome could not be read, and the next client's order must not be blocked.</summary>
    [Fact]
    public async Task A_client_learns_that_its_outcome_cannot_be_read()
    {
        var store = new UnreadableStore();
        var runner = new CheckoutSagaRunner(store, new Stock(), Payment("{}"), _telemetry, _time, _logs);
        var checkouts = new Checkouts(store, new CheckoutLane(store, runner, _telemetry, _time), _silence, _time);
        for (var i = 0; i < 2; i++)
        {
            var stop = TestContext.Current.CancellationToken;
            await Assert.ThrowsAsync<InvalidDataException>(() => checkouts.CheckoutAsync("unreadable").WaitAsync(TimeSpan.FromSeconds(10), stop));
            await Assert.ThrowsAsync<InvalidDataException>(() => checkouts.CheckoutAsync("unknown status").WaitAsync(TimeSpan.FromSeconds(10), stop));
            Assert.Equal(CheckoutStatus.EmptyOrder, (await checkouts.CheckoutAsync("empty").WaitAsync(TimeSpan.FromSeconds(10), stop)).Status);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)] // KeyReused is never stored
    [InlineData(8)]
    public void A_refund_of_an_entry_with_an_unknown_status_does_not_return_cancelled(short status)
    {
        foreach (var isRefund in (bool[])[true, false])
            Assert.Contains($"status {status}", Assert.Throws<InvalidDataException>(
                () => ChargeEndpoints.Outcome(Guid.NewGuid(), (EntryStatus)status, isRefund)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_reply_of_a_script_is_not_treated_as_done()
    {
        Assert.Equal(WriteOutcome.Done, ItemStore.Outcome("9223372036854775807"));
        Assert.Equal(WriteOutcome.OutOfStock, ItemStore.Outcome("O"));
        foreach (var reply in (RedisValue[])["X", "", "-1", "1.5", RedisValue.Null]) Assert.Throws<InvalidDataException>(() => ItemStore.Outcome(reply));
    }

    private static CheckoutSaga Saga(SagaStep step, Guid? id = null) => new(
        id ?? Guid.CreateVersion7(), $"order-{Guid.NewGuid():N}", "user", [new("item", 1)], 5, Batch,
        new(step, step is SagaStep.Refund or SagaStep.Release ? Refusal.Expired : Refusal.None));

    private static PaymentClient Payment(string answer) => new(new Clients(answer));

    // Until each saga has a state that the lane or recovery would record.
    private async Task RunAsync(CheckoutSaga[] sagas, IStock stock, IPayment payment)
    {
        var runner = new CheckoutSagaRunner(new UnreadableStore(), stock, payment, _telemetry, _time, _logs);
        var run = runner.RunAsync(sagas, static state => state.Step is SagaStep.RecordPaid or SagaStep.RecordFailed);
        await _time.RunAsync(Ended(run), SagaLimits.Lease);
    }

    private static async Task<bool> Ended(Task task)
    {
        await task;
        return true;
    }

    private sealed class Stock(StockOutcome? outcome = null) : IStock
    {
        public int Calls { get; private set; }

        public Task<StockOutcome[]> AskAsync(IReadOnlyList<CheckoutSaga> sagas)
        {
            Calls++;
            return Task.FromResult(sagas.Select(_ => outcome ?? throw new InvalidOperationException("Stock is not to be asked.")).ToArray());
        }
    }

    private sealed class FailingPayment(Guid poison, HttpStatusCode status) : IPayment
    {
        public int SmallestCall { get; private set; } = int.MaxValue;

        public Task<PaymentOutcome[]> AskAsync(IReadOnlyList<CheckoutSaga> sagas)
        {
            SmallestCall = Math.Min(SmallestCall, sagas.Count);
            return sagas.Any(saga => saga.Id == poison) ? throw new HttpRequestException("It fails.", null, status)
                : Task.FromResult(sagas.Select(static _ => PaymentOutcome.Charged).ToArray());
        }
    }

    private sealed class Clients(string answer) : HttpMessageHandler, IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new(this, disposeHandler: false) { BaseAddress = new("http://payment-api") };

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage { Content = new StringContent(answer, Encoding.UTF8, "application/json") });
    }

    // No checkout begins: each order belongs to another saga or has a state that does not allow it.
    private sealed class UnreadableStore : ISagaStore
    {
        public ValueTask<DateTimeOffset> NowAsync() => new(DateTimeOffset.UnixEpoch);

        public Task<TurnResult> TurnAsync(Turn turn) => Task.FromResult(new TurnResult([], [.. turn.Begin.Select(static call => call.OrderId switch
        {
            "unreadable" => new BeginResult(OrderStatus.CheckingOut, null, Guid.NewGuid()),
            "unknown status" => new((OrderStatus)3, null, null),
            _ => new(OrderStatus.Open, null, null),
        })]));

        public Task<List<AdoptedBatch>> AdoptAsync(int max, long now) => Task.FromResult<List<AdoptedBatch>>([]);

        public Task<CheckoutResult?> FindOutcomeAsync(string order, Guid saga) => throw new InvalidDataException("The column status has 3.");
    }

    private sealed class Logs : ILogger<CheckoutSagaRunner>
    {
        public List<string> Critical { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Critical;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Critical.Add(formatter(state, exception));
    }
}
