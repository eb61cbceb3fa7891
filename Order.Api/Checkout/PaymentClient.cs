namespace Order.Api.Checkout;

/// <summary>Payment.Api. Each call may be repeated: its key is the saga.</summary>
internal sealed class PaymentClient(IHttpClientFactory clients)
{
    /// <summary>Name of the HTTP client.</summary>
    public const string Name = "payment-api";

    /// <summary>Charges each saga's user and says what each saga has heard, in the order asked.</summary>
    public Task<SagaEvent[]> ChargeAsync(IReadOnlyList<CheckoutSaga> sagas) => PostAsync("/internal/charge", sagas);

    /// <summary>Gives back what was charged; a charge that comes late is refused.</summary>
    public Task<SagaEvent[]> RefundAsync(IReadOnlyList<CheckoutSaga> sagas) => PostAsync("/internal/refund", sagas);

    private async Task<SagaEvent[]> PostAsync(string path, IReadOnlyList<CheckoutSaga> sagas)
    {
        var request = new ChargeRequest([.. sagas.Select(static saga => new ChargeMember(saga.Id, saga.UserId, saga.Total))]);
        var answer = await clients.CreateClient(Name).PostBatchAsync(path, request, OrderJson.Default.ChargeRequest, OrderJson.Default.PaymentOutcomes);
        if (answer.Outcomes.Length != sagas.Count)
            throw new HttpRequestException($"Payment.Api answered {answer.Outcomes.Length} outcomes to {sagas.Count} members.");
        return Array.ConvertAll(answer.Outcomes, static outcome => outcome switch
        {
            PaymentOutcome.Charged => SagaEvent.Charged,
            PaymentOutcome.InsufficientCredit => SagaEvent.InsufficientCredit,
            PaymentOutcome.UnknownUser => SagaEvent.UnknownUser,
            _ => SagaEvent.NotCharged,
        });
    }
}
