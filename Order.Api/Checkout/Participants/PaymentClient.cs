using Order.Api.Checkout.Saga;

namespace Order.Api.Checkout.Participants;

internal sealed class PaymentClient(IHttpClientFactory clients) : IPayment
{
    public const string Name = "payment-api";

    /// <inheritdoc />
    public async Task<PaymentOutcome[]> AskAsync(IReadOnlyList<CheckoutSaga> sagas)
    {
        var members = new ChargeMember[sagas.Count];
        for (var i = 0; i < members.Length; i++) members[i] = ChargeMember.Of(sagas[i]);
        var outcomes = (await clients.CreateClient(Name)
            .PostBatchAsync("/internal/charges", new(members), OrderJson.Default.ChargeRequest, OrderJson.Default.PaymentOutcomes)).Outcomes;
        return outcomes.Length == members.Length ? outcomes
            : throw new HttpRequestException($"Payment.Api returned {outcomes.Length} outcomes for {members.Length} members.");
    }
}
