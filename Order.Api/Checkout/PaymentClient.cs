namespace Order.Api.Checkout;

/// <summary>Payment.Api.</summary>
internal sealed class PaymentClient(IHttpClientFactory clients) : IPayment
{
    /// <summary>Name of the HTTP client.</summary>
    public const string Name = "payment-api";

    /// <inheritdoc />
    public async Task<SagaEvent[]> AskAsync(IReadOnlyList<CheckoutSaga> sagas)
    {
        var members = new ChargeMember[sagas.Count];
        for (var i = 0; i < members.Length; i++) members[i] = new(sagas[i].Id, sagas[i].UserId, sagas[i].Total, sagas[i].State.Step == SagaStep.Refund);
        var answer = await clients.CreateClient(Name)
            .PostBatchAsync("/internal/charges", new(members), OrderJson.Default.ChargeRequest, OrderJson.Default.PaymentOutcomes);
        if (answer.Outcomes.Length != members.Length)
            throw new HttpRequestException($"Payment.Api answered {answer.Outcomes.Length} outcomes to {members.Length} members.");
        return Array.ConvertAll(answer.Outcomes, static outcome => outcome switch
        {
            PaymentOutcome.Charged => SagaEvent.Charged,
            PaymentOutcome.InsufficientCredit => SagaEvent.InsufficientCredit,
            PaymentOutcome.UnknownUser => SagaEvent.UnknownUser,
            _ => SagaEvent.NotCharged,
        });
    }
}
