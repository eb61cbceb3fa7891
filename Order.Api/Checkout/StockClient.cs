using System.Net;

namespace Order.Api.Checkout;

/// <summary>Stock.Api. Each call may be repeated: its key is the saga.</summary>
internal sealed class StockClient(IHttpClientFactory clients)
{
    /// <summary>Name of the HTTP client.</summary>
    public const string Name = "stock-api";

    // Stock.Api's limit for one call.
    private const int LinesMax = 10_000;

    /// <summary>The price of an item; null where there is none.</summary>
    public async Task<long?> FindPriceAsync(string item, CancellationToken cancellationToken)
    {
        using var response = await clients.CreateClient(Name).GetAsync("/find/" + item, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound) return null;
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync(OrderJson.Default.ItemPrice, cancellationToken))?.Price;
    }

    /// <summary>Holds the lines of each saga, all or none, and says what each has heard, in the order asked.</summary>
    public async Task<SagaEvent[]> ReserveAsync(IReadOnlyList<CheckoutSaga> sagas)
    {
        var heard = new List<SagaEvent>(sagas.Count);
        while (heard.Count < sagas.Count)
        {
            var (members, lines) = (new List<ReserveMember>(), 0);
            foreach (var saga in sagas.Skip(heard.Count))
            {
                if ((lines += saga.Lines.Length) > LinesMax && members.Count > 0) break;
                members.Add(new ReserveMember(saga.Id, saga.StartedAt, saga.Lines));
            }

            var request = new ReserveRequest(members);
            var answer = await clients.CreateClient(Name).PostBatchAsync(
                "/internal/reserve", request, OrderJson.Default.ReserveRequest, OrderJson.Default.StockOutcomes);
            heard.AddRange(Heard(answer, members.Count));
        }

        return [.. heard];
    }

    /// <summary>What is held is sold.</summary>
    public Task<SagaEvent[]> CommitAsync(IReadOnlyList<CheckoutSaga> sagas) => SettleAsync("/internal/commit", sagas);

    /// <summary>What is held is available again; a reserve that comes late is refused.</summary>
    public Task<SagaEvent[]> ReleaseAsync(IReadOnlyList<CheckoutSaga> sagas) => SettleAsync("/internal/release", sagas);

    /// <summary>No saga that started before is open: Stock.Api may drop their records.</summary>
    public async Task ForgetAsync(long startedBefore, CancellationToken cancellationToken)
    {
        var request = new ForgetRequest(startedBefore);
        using var response = await clients.CreateClient(Name).PostAsJsonAsync("/internal/forget", request, OrderJson.Default.ForgetRequest, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    private async Task<SagaEvent[]> SettleAsync(string path, IReadOnlyList<CheckoutSaga> sagas)
    {
        var request = new SettleRequest([.. sagas.Select(static saga => new SettleMember(saga.Id, saga.StartedAt))]);
        var answer = await clients.CreateClient(Name).PostBatchAsync(path, request, OrderJson.Default.SettleRequest, OrderJson.Default.StockOutcomes);
        return Heard(answer, sagas.Count);
    }

    private static SagaEvent[] Heard(StockOutcomes answer, int count) => answer.Outcomes.Length != count
        ? throw new HttpRequestException($"Stock.Api answered {answer.Outcomes.Length} outcomes to {count} members.")
        : Array.ConvertAll(answer.Outcomes, static outcome => outcome switch
        {
            StockOutcome.Reserved => SagaEvent.Reserved,
            StockOutcome.OutOfStock => SagaEvent.OutOfStock,
            StockOutcome.UnknownItem => SagaEvent.UnknownItem,
            StockOutcome.Released => SagaEvent.Released,
            StockOutcome.Committed => SagaEvent.Committed,
            _ => SagaEvent.NotReserved,
        });
}
