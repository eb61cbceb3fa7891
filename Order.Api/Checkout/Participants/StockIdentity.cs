using Npgsql;

namespace Order.Api.Checkout.Participants;

/// <summary>
/// Identifies the stock that orders are sold from. The ID comes from the first Stock.Api that is asked and is kept in the database. A Redis that restarts
/// without its file must not pass for the same stock, nor for one in which nothing is held.
/// </summary>
internal sealed class StockIdentity(NpgsqlDataSource database, IHttpClientFactory clients)
{
    private const string FindSql = "SELECT id FROM stock_identity";

    private const string LearnSql = "INSERT INTO stock_identity (id) VALUES ($1) ON CONFLICT DO NOTHING";

    private static readonly Uri Path = new("/internal/identity", UriKind.Relative);

    private volatile object? _known; // a boxed Guid, so that it is read and written atomically

    /// <summary>Returns the ID to send with every command to Stock.Api.</summary>
    /// <exception cref="HttpRequestException">The ID is not known yet, and Stock.Api does not return one.</exception>
    public ValueTask<Guid> GetAsync() => _known is Guid known ? new(known) : new(LearnAsync());

    /// <summary>Drops the cached ID, because an operator may have changed it in the database.</summary>
    public void Forget() => _known = null;

    /// <summary>Reads the ID in the database; null before the first checkout.</summary>
    public async Task<Guid?> FindAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        return (Guid?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Asks Stock.Api for its ID; null if Redis has lost it.</summary>
    public async Task<Guid?> AskAsync(CancellationToken cancellationToken)
    {
        using var response = await clients.CreateClient(StockClient.Name).GetAsync(Path, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync(OrderJson.Default.StockIdentityView, cancellationToken))?.Id;
    }

    private async Task<Guid> LearnAsync()
    {
        var known = await FindAsync(CancellationToken.None);
        if (known is null)
        {
            var found = await AskAsync(CancellationToken.None) ?? throw new HttpRequestException("Stock.Api has no stock ID.");
            await using var command = database.CreateCommand(LearnSql);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = found });
            await command.ExecuteNonQueryAsync();
            known = await FindAsync(CancellationToken.None) ?? found; // another replica may have stored its ID first
        }

        _known = known.Value;
        return known.Value;
    }
}
