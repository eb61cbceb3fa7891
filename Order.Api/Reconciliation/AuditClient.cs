using System.Text.Json.Serialization.Metadata;

namespace Order.Api.Reconciliation;

/// <summary>Asks Payment.Api and Stock.Api for what they have in their books.</summary>
internal sealed class AuditClient(IHttpClientFactory clients)
{
    /// <summary>Name of the HTTP client for Payment.Api.</summary>
    public const string Payment = "payment-audit";

    /// <summary>Name of the HTTP client for Stock.Api.</summary>
    public const string Stock = "stock-audit";

    private static readonly Uri Books = new("/internal/audit/books", UriKind.Relative);

    /// <summary>The charges of sagas, 1,000 at most.</summary>
    public async Task<FoundCharges> FindChargesAsync(Guid[] sagas, CancellationToken cancellationToken)
    {
        if (sagas.Length == 0) return new([], Guid.Empty);
        var found = await PostAsync(
            Payment, "/internal/audit/find", new(sagas), ReconciliationJson.Default.FindChargesRequest, ReconciliationJson.Default.FoundCharges,
            cancellationToken);
        return found.Charges.Length == sagas.Length ? found
            : throw new HttpRequestException($"Payment.Api answered {found.Charges.Length} charges to {sagas.Length} sagas.");
    }

    /// <summary>A page of the charges that are done.</summary>
    public Task<ChargePage> ChargesAsync(Guid after, Guid before, Guid numberedAfter, CancellationToken cancellationToken) => PostAsync(
        Payment, "/internal/audit/charges", new(after, before, numberedAfter), ReconciliationJson.Default.ChargePageRequest,
        ReconciliationJson.Default.ChargePage, cancellationToken);

    /// <summary>Accounts that do not balance or do not match their entries.</summary>
    public async Task<BooksPage> BooksAsync(CancellationToken cancellationToken)
    {
        using var response = await clients.CreateClient(Payment).GetAsync(Books, cancellationToken);
        return await ReadAsync(response, ReconciliationJson.Default.BooksPage, cancellationToken);
    }

    /// <summary>A page of the items.</summary>
    public Task<ItemPage> ItemsAsync(string cursor, CancellationToken cancellationToken) => PostAsync(
        Stock, "/internal/audit/items", new(cursor), ReconciliationJson.Default.ItemPageRequest, ReconciliationJson.Default.ItemPage, cancellationToken);

    /// <summary>What is held, of these items and of others.</summary>
    /// <param name="items">These.</param>
    /// <param name="now">The time of this service's database.</param>
    /// <param name="isAtomic">Reads all in one step.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<HeldPage> HeldAsync(string[] items, DateTimeOffset now, bool isAtomic, CancellationToken cancellationToken) => PostAsync(
        Stock, "/internal/audit/held", new(items, now.ToUnixTimeSeconds(), isAtomic), ReconciliationJson.Default.HeldRequest,
        ReconciliationJson.Default.HeldPage, cancellationToken);

    private async Task<TAnswer> PostAsync<TBody, TAnswer>(
        string client, string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken)
    {
        using var response = await clients.CreateClient(client).PostAsJsonAsync(path, body, bodyType, cancellationToken);
        return await ReadAsync(response, answerType, cancellationToken);
    }

    private static async Task<TAnswer> ReadAsync<TAnswer>(HttpResponseMessage response, JsonTypeInfo<TAnswer> type, CancellationToken cancellationToken)
    {
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(type, cancellationToken)
            ?? throw new HttpRequestException($"{response.RequestMessage?.RequestUri} answered null.");
    }
}
