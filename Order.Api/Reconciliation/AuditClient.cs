using System.Text.Json.Serialization.Metadata;

namespace Order.Api.Reconciliation;

/// <summary>Reads the books of Payment.Api and Stock.Api.</summary>
internal sealed class AuditClient(IHttpClientFactory clients)
{
    public const string Payment = "payment-audit";

    public const string Stock = "stock-audit";

    private static readonly Uri Books = new("/internal/audit/books", UriKind.Relative);

    /// <summary>Returns the charges of up to 1,000 sagas.</summary>
    public async Task<FoundCharges> FindChargesAsync(Guid[] sagas, CancellationToken cancellationToken)
    {
        if (sagas.Length == 0) return new([], Guid.Empty);
        var found = await PostAsync(
            Payment, "/internal/audit/find", new(sagas), ReconciliationJson.Default.FindChargesRequest, ReconciliationJson.Default.FoundCharges,
            cancellationToken);
        return found.Charges.Length == sagas.Length ? found
            : throw new HttpRequestException($"Payment.Api returned {found.Charges.Length} charges for {sagas.Length} sagas.");
    }

    /// <summary>Returns a page of the completed charges.</summary>
    public Task<ChargePage> ChargesAsync(Guid after, Guid before, Guid numberedAfter, CancellationToken cancellationToken) => PostAsync(
        Payment, "/internal/audit/charges", new(after, before, numberedAfter), ReconciliationJson.Default.ChargePageRequest,
        ReconciliationJson.Default.ChargePage, cancellationToken);

    /// <summary>Returns the accounts that do not balance or do not match their entries.</summary>
    public async Task<BooksPage> BooksAsync(CancellationToken cancellationToken)
    {
        using var response = await clients.CreateClient(Payment).GetAsync(Books, cancellationToken);
        return await ReadAsync(response, ReconciliationJson.Default.BooksPage, cancellationToken);
    }

    public Task<ItemPage> ItemsAsync(string cursor, CancellationToken cancellationToken) => PostAsync(
        Stock, "/internal/audit/items", new(cursor), ReconciliationJson.Default.ItemPageRequest, ReconciliationJson.Default.ItemPage, cancellationToken);

    /// <summary>Returns the quantities held, of the given items and of others.</summary>
    /// <param name="items">Items to include.</param>
    /// <param name="now">The time of this service's database.</param>
    /// <param name="isAtomic">Whether to read everything in one step.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
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
            ?? throw new HttpRequestException($"The response of {response.RequestMessage?.RequestUri} is null.");
    }
}
