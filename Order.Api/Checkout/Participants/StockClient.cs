using System.Diagnostics.Metrics;
using System.Net;
using System.Text.Json.Serialization.Metadata;
using Order.Api.Checkout.Saga;
using ServiceDefaults;
using ServiceKit.Batching;

namespace Order.Api.Checkout.Participants;

internal sealed class StockClient : IStock
{
    public const string Name = "stock-api";

    // Stock.Api's limits per call.
    private const int MembersMax = 1_000;
    private const int LinesMax = 10_000;

    private readonly IHttpClientFactory _clients;
    private readonly StockIdentity _identity;
    private readonly GroupCommit<string, long?> _prices;

    public StockClient(IHttpClientFactory clients, StockIdentity identity, IMeterFactory meters)
    {
        (_clients, _identity) = (clients, identity);
        _prices = new(new("prices"), meters, async items =>
            (await PostAsync("/internal/prices", new(items), OrderJson.Default.PricesRequest, OrderJson.Default.Prices)).Values);
    }

    /// <summary>Returns the price of an item, or null if it does not exist.</summary>
    /// <exception cref="OverloadException">Too many callers are waiting.</exception>
    public Task<long?> FindPriceAsync(string item) => _prices.AddAsync(item);

    /// <inheritdoc />
    public async Task<StockOutcome[]> AskAsync(IReadOnlyList<CheckoutSaga> sagas)
    {
        var outcomes = new StockOutcome[sagas.Count];
        for (var from = 0; from < outcomes.Length;)
        {
            var members = Members(sagas, from);
            var answer = await SettleAsync(members);
            if (answer.Outcomes.Length != members.Length)
                throw new HttpRequestException($"Stock.Api returned {answer.Outcomes.Length} outcomes for {members.Length} members.");
            answer.Outcomes.CopyTo(outcomes, from);
            from += members.Length;
        }

        return outcomes;
    }

    /// <summary>Tells Stock.Api that no saga started before this time (Unix seconds) is open, so it may drop their records.</summary>
    public async Task ForgetAsync(long startedBefore, CancellationToken cancellationToken)
    {
        var request = new ForgetRequest(startedBefore);
        using var response = await _clients.CreateClient(Name).PostAsJsonAsync("/internal/forget", request, OrderJson.Default.ForgetRequest, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    private async Task<StockOutcomes> SettleAsync(SettleMember[] members)
    {
        var request = new SettleRequest(members, await _identity.GetAsync());
        try
        {
            return await PostAsync("/internal/reservations", request, OrderJson.Default.SettleRequest, OrderJson.Default.StockOutcomes);
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            _identity.Forget(); // an operator may have accepted another stock since
            throw;
        }
    }

    private static SettleMember[] Members(IReadOnlyList<CheckoutSaga> sagas, int from)
    {
        var members = new List<SettleMember>(sagas.Count - from);
        for (var lines = 0; from < sagas.Count && members.Count < MembersMax; from++)
        {
            var member = SettleMember.Of(sagas[from]);
            if ((lines += member.Lines?.Length ?? 0) > LinesMax && members.Count > 0) break;
            members.Add(member);
        }

        return [.. members];
    }

    private Task<TAnswer> PostAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType) =>
        _clients.CreateClient(Name).PostBatchAsync(path, body, bodyType, answerType);
}
