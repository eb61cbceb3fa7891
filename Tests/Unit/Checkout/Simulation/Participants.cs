extern alias OrderApi;

using OrderApi::Order.Api.Checkout;
using OrderApi::Order.Api.Checkout.Participants;
using OrderApi::Order.Api.Checkout.Saga;

namespace Tests.Unit.Checkout.Simulation;

/// <summary>A replica's client of stock: the calls of StockClient.</summary>
internal sealed class StockAdapter(Process process, Network network, Server server, StockModel stock, Journal journal, Bug bug) : IStock
{
    /// <inheritdoc/>
    public async Task<StockOutcome[]> AskAsync(IReadOnlyList<CheckoutSaga> sagas)
    {
        var (outcomes, asked) = (new StockOutcome[sagas.Count], new List<int>());
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (bug == Bug.NoRelease && sagas[i].State.Step == SagaStep.Release) outcomes[i] = StockOutcome.Released;
            else asked.Add(i);
        }

        if (asked.Count == 0) return outcomes;
        var members = asked.Select(i => SettleMember.Of(sagas[i])).ToArray();
        var what = journal.IsKept ? string.Join(", ", members.Select(member => $"{member.Verb} {journal.Name(member.Saga, 'S')}")) : "stock";
        try
        {
            var answered = await network.CallAsync<StockOutcome[]>(
                process, server, SagaLimits.CallTimeMax, repeats: true, what, reply => stock.Settle(members, reply));
            for (var i = 0; i < answered.Length; i++) outcomes[asked[i]] = network.Read(answered[i], (StockOutcome)99);
        }
        catch (TimeoutException) when (bug == Bug.StockTimeoutIsRefusal && Array.TrueForAll(members, static member => member.Verb == ReservationVerb.Hold))
        {
            foreach (var i in asked) outcomes[i] = StockOutcome.OutOfStock;
        }

        return outcomes;
    }

    /// <summary>No open saga started before.</summary>
    public Task ForgetAsync(long startedBefore) => network.CallAsync<bool>(process, server, SagaLimits.CallTimeMax, repeats: true, "", reply =>
    {
        stock.Forget(startedBefore);
        reply(true);
    });
}

/// <summary>A replica's client of payment: the calls of PaymentClient.</summary>
internal sealed class PaymentAdapter(Process process, Network network, Server server, PaymentModel payment, Journal journal, Bug bug) : IPayment
{
    /// <inheritdoc/>
    public async Task<PaymentOutcome[]> AskAsync(IReadOnlyList<CheckoutSaga> sagas)
    {
        var (outcomes, asked) = (new PaymentOutcome[sagas.Count], new List<int>());
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (bug == Bug.NoRefund && sagas[i].State.Step == SagaStep.Refund) outcomes[i] = PaymentOutcome.Cancelled;
            else asked.Add(i);
        }

        if (asked.Count == 0) return outcomes;
        var members = asked.Select(i => ChargeMember.Of(sagas[i])).ToArray();
        var what = journal.IsKept
            ? string.Join(", ", members.Select(member => $"{(member.IsRefund ? "refund" : "charge")} {journal.Name(member.Saga, 'S')}")) : "payment";
        try
        {
            var answered = await network.CallAsync<PaymentOutcome[]>(
                process, server, SagaLimits.CallTimeMax, repeats: true, what, reply => payment.Apply(members, reply));
            var unknown = bug == Bug.UnknownIsNotCharged ? PaymentOutcome.Cancelled : (PaymentOutcome)99;
            for (var i = 0; i < answered.Length; i++) outcomes[asked[i]] = network.Read(answered[i], unknown);
        }
        catch (TimeoutException) when (bug == Bug.PaymentTimeoutIsRefusal && !Array.Exists(members, static member => member.IsRefund))
        {
            foreach (var i in asked) outcomes[i] = PaymentOutcome.InsufficientCredit;
        }

        return outcomes;
    }
}
