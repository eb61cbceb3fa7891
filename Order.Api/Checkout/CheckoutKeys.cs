using System.Diagnostics.Metrics;
using Npgsql;
using Order.Api.Checkout.Saga;
using Order.Api.Orders;
using ServiceKit.Batching;
using ServiceKit.Idempotency;

namespace Order.Api.Checkout;

/// <summary>
/// Stores the outcomes of checkouts that carry an idempotency key. If the process dies during a request, its key becomes available again after
/// <see cref="RunTimeMax"/>. This is safe because the order's own state prevents a second checkout.
/// </summary>
internal sealed class CheckoutKeys
{
    private const string BeginSql = """
        INSERT INTO idempotency_keys AS k (id, request) SELECT * FROM unnest($1, $2) ON CONFLICT (id) DO UPDATE SET at = now()
        WHERE k.outcome IS NULL AND k.at < now() - $3 AND k.request = excluded.request RETURNING id
        """;

    private const string FindSql = "SELECT id, request, outcome, refusal FROM idempotency_keys WHERE id = ANY ($1)";

    private const string EndSql = """
        UPDATE idempotency_keys k SET outcome = a.outcome, refusal = a.refusal, at = now() FROM unnest($1, $2, $3) AS a (id, outcome, refusal)
        WHERE k.id = ANY ($1) AND k.id = a.id AND a.outcome <> 0
        """;

    private const string FreeSql = """
        DELETE FROM idempotency_keys k USING unnest($1, $2) AS a (id, outcome) WHERE k.id = ANY ($1) AND k.id = a.id AND a.outcome = 0
        """;

    private const string ForgetSql = "DELETE FROM idempotency_keys WHERE at < now() - $1";

    // Longer than any request can run.
    private static readonly TimeSpan RunTimeMax = TimeSpan.FromSeconds(30);

    private readonly NpgsqlDataSource _database;
    private readonly GroupCommit<(Guid Key, string Request), (KeyState, CheckoutResult)> _begin;
    private readonly GroupCommit<(Guid Key, CheckoutResult Result), bool> _end;

    public CheckoutKeys(NpgsqlDataSource database, IMeterFactory meters)
    {
        _database = database;
        _begin = new(new("checkout-keys-begin"), meters, BeginAsync);
        _end = new(new("checkout-keys-end"), meters, EndAsync);
    }

    /// <summary>Claims a key for a request, or returns the outcome of the earlier request with this key.</summary>
    public Task<(KeyState State, CheckoutResult Result)> BeginAsync(IdempotencyKey key, string request) => _begin.AddAsync((key.Id, request));

    /// <summary>Stores the outcome of a request. If the outcome is unknown, the key becomes available again.</summary>
    public Task EndAsync(IdempotencyKey key, CheckoutResult result) => _end.AddAsync((key.Id, result));

    /// <summary>Deletes keys older than <see cref="IdempotencyKey.Kept"/>.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand(ForgetSql);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = IdempotencyKey.Kept });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<(KeyState, CheckoutResult)[]> BeginAsync(IReadOnlyList<(Guid Key, string Request)> asked)
    {
        // If a key occurs twice in a batch, the first request gets it.
        var first = new Dictionary<Guid, string>(asked.Count);
        foreach (var (key, request) in asked) first.TryAdd(key, request);
        await using var batch = _database.CreateBatch();
        batch.BatchCommands.Add(new(BeginSql) { Parameters = { Array(first.Keys), Array(first.Values), Value(RunTimeMax) } });
        batch.BatchCommands.Add(new(FindSql) { Parameters = { Array(first.Keys) } });
        await using var row = await batch.ExecuteReaderAsync();
        var taken = new HashSet<Guid>(asked.Count);
        while (await row.ReadAsync()) taken.Add(row.GetGuid(0));
        await row.NextResultAsync();
        var found = new Dictionary<Guid, (string Request, CheckoutResult? Result)>(asked.Count);
        while (await row.ReadAsync())
            found[row.GetGuid(0)] = (row.GetString(1), row.GetInt16OrNull(2) is { } status ? new((CheckoutStatus)status, (Refusal)row.GetInt16(3)) : null);
        return [.. asked.Select(one => State(one, taken, found))];
    }

    private static (KeyState, CheckoutResult) State(
        (Guid Key, string Request) asked, HashSet<Guid> taken, Dictionary<Guid, (string Request, CheckoutResult? Result)> found)
        => found[asked.Key] switch
        {
            var (request, _) when request != asked.Request => (KeyState.Reused, default),
            (_, { } result) => (KeyState.Done, result),
            _ => (taken.Remove(asked.Key) ? KeyState.New : KeyState.Running, default),
        };

    private async Task<bool[]> EndAsync(IReadOnlyList<(Guid Key, CheckoutResult Result)> ended)
    {
        var keys = Array(ended.Select(static one => one.Key));
        var outcomes = ended.Select(static one => (short)(one.Result.Status is CheckoutStatus.Unresolved or CheckoutStatus.Overloaded ? 0 : one.Result.Status));
        await using var batch = _database.CreateBatch();
        batch.BatchCommands.Add(new(EndSql) { Parameters = { keys, Array(outcomes), Array(ended.Select(static one => (short)one.Result.Refusal)) } });
        batch.BatchCommands.Add(new(FreeSql) { Parameters = { Array(ended.Select(static one => one.Key)), Array(outcomes) } });
        await batch.ExecuteNonQueryAsync();
        return new bool[ended.Count];
    }

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter<T[]> Array<T>(IEnumerable<T> values) => new() { TypedValue = [.. values] };
}
