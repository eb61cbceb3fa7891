extern alias OrderApi;

using OrderApi::Order.Api.Checkout;

namespace Tests.Unit.Checkout.Simulation;

/// <summary>A replica's way to stock: what StockClient says and hears.</summary>
internal sealed class StockAdapter(Process process, Network network, Server server, StockModel stock, Journal journal, Bug bug) : IStock
{
    /// <inheritdoc/>
    public async Task<SagaEvent[]> AskAsync(IReadOnlyList<CheckoutSaga> sagas)
    {
        var (heard, asked) = (new SagaEvent[sagas.Count], new List<int>());
        for (var i = 0; i < heard.Length; i++)
        {
            if (bug == Bug.NoRelease && sagas[i].State.Step == SagaStep.Release) heard[i] = SagaEvent.Released;
            else asked.Add(i);
        }

        if (asked.Count == 0) return heard;
        var members = asked.Select(i => Member(sagas[i])).ToArray();
        var what = journal.IsKept ? string.Join(", ", members.Select(member => $"{member.Verb} {journal.Name(member.Saga, 'S')}")) : "stock";
        try
        {
            var outcomes = await network.CallAsync<StockOutcome[]>(
                process, server, SagaLimits.CallTimeMax, repeats: true, what, reply => stock.Settle(members, reply));
            for (var i = 0; i < outcomes.Length; i++) heard[asked[i]] = Heard(outcomes[i]);
        }
        catch (TimeoutException) when (bug == Bug.StockTimeoutIsRefusal && Array.TrueForAll(members, static member => member.Verb == ReservationVerb.Hold))
        {
            foreach (var i in asked) heard[i] = SagaEvent.OutOfStock;
        }

        return heard;
    }

    /// <summary>No saga that started before is open.</summary>
    public Task ForgetAsync(long startedBefore) => network.CallAsync<bool>(process, server, SagaLimits.CallTimeMax, repeats: true, "", reply =>
    {
        stock.Forget(startedBefore);
        reply(true);
    });

    private static SettleMember Member(CheckoutSaga saga)
    {
        var verb = saga.State.Step switch
        {
            SagaStep.Reserve => ReservationVerb.Hold, SagaStep.Commit => ReservationVerb.Commit, _ => ReservationVerb.Release,
        };
        return new(saga.Id, saga.Batch.StartedAt, verb, verb == ReservationVerb.Hold ? saga.Lines : null);
    }

    private static SagaEvent Heard(StockOutcome outcome) => outcome switch
    {
        StockOutcome.Held => SagaEvent.Reserved,
        StockOutcome.OutOfStock => SagaEvent.OutOfStock,
        StockOutcome.UnknownItem => SagaEvent.UnknownItem,
        StockOutcome.Released => SagaEvent.Released,
        StockOutcome.Committed => SagaEvent.Committed,
        _ => SagaEvent.NotReserved,
    };
}

/// <summary>A replica's way to payment: what PaymentClient says and hears.</summary>
internal sealed class PaymentAdapter(Process process, Network network, Server server, PaymentModel payment, Journal journal, Bug bug) : IPayment
{
    /// <inheritdoc/>
    public async Task<SagaEvent[]> AskAsync(IReadOnlyList<CheckoutSaga> sagas)
    {
        var (heard, asked) = (new SagaEvent[sagas.Count], new List<int>());
        for (var i = 0; i < heard.Length; i++)
        {
            if (bug == Bug.NoRefund && sagas[i].State.Step == SagaStep.Refund) heard[i] = SagaEvent.NotCharged;
            else asked.Add(i);
        }

        if (asked.Count == 0) return heard;
        var members = asked.Select(i => new ChargeMember(sagas[i].Id, sagas[i].UserId, sagas[i].Total, sagas[i].State.Step == SagaStep.Refund)).ToArray();
        var what = journal.IsKept
            ? string.Join(", ", members.Select(member => $"{(member.IsRefund ? "refund" : "charge")} {journal.Name(member.Saga, 'S')}")) : "payment";
        try
        {
            var outcomes = await network.CallAsync<PaymentOutcome[]>(
                process, server, SagaLimits.CallTimeMax, repeats: true, what, reply => payment.Apply(members, reply));
            for (var i = 0; i < outcomes.Length; i++) heard[asked[i]] = Heard(outcomes[i]);
        }
        catch (TimeoutException) when (bug == Bug.PaymentTimeoutIsRefusal && !Array.Exists(members, static member => member.IsRefund))
        {
            foreach (var i in asked) heard[i] = SagaEvent.InsufficientCredit;
        }

        return heard;
    }

    private static SagaEvent Heard(PaymentOutcome outcome) => outcome switch
    {
        PaymentOutcome.Charged => SagaEvent.Charged,
        PaymentOutcome.InsufficientCredit => SagaEvent.InsufficientCredit,
        PaymentOutcome.UnknownUser => SagaEvent.UnknownUser,
        _ => SagaEvent.NotCharged,
    };
}
