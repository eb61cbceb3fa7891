using Npgsql;

namespace Order.Api.Checkout.Participants;

/// <summary>
/// Which stock it is that orders are sold from. It is learned from the first Stock.Api that is asked, and kept in the database: a Redis that comes back without
/// its file must not count as the same one, nor as one in which nothing is held.
/// </summary>
internal sealed class StockIdentity(NpgsqlDataSource database, IHttpClientFactory clients)
{
    private const string FindSql = "SELECT id FROM stock_identity";

    private const string LearnSql = "INSERT INTO stock_identity (id) VALUES ($1) ON CONFLICT DO NOTHING";

    private static readonly Uri Path = new("/internal/identity", UriKind.Relative);

    private volatile object? _known; // a Guid, in one piece

    /// <summary>The stock that is meant in whatever Stock.Api is asked for.</summary>
    /// <exception cref="HttpRequestException">It is not known yet, and Stock.Api does not tell.</exception>
    public ValueTask<Guid> GetAsync() => _known is Guid known ? new(known) : new(LearnAsync());

    /// <summary>Somebody may have changed it in the database: it is to be read again.</summary>
    public void Forget() => _known = null;

    /// <summary>What the database has; null before the first checkout.</summary>
    public async Task<Guid?> FindAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        return (Guid?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>What Stock.Api has; null where Redis has lost it.</summary>
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
            var found = await AskAsync(CancellationToken.None) ?? throw new HttpRequestException("Stock.Api has no stock.");
            await using var command = database.CreateCommand(LearnSql);
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = found });
            await command.ExecuteNonQueryAsync();
            known = await FindAsync(CancellationToken.None) ?? found; // another replica may have been first
        }

        _known = known.Value;
        return known.Value;
    }
}
