using System.Data;
using Npgsql;

namespace Payment.Api.Audit;

/// <summary>Reads the ledger for Order.Api's reconciliation. Takes no row locks and writes nothing.</summary>
internal sealed class AccountAudit(NpgsqlDataSource database)
{
    /// <summary>Maximum number of entries per page.</summary>
    public const int PageEntriesMax = 5_000;

    /// <summary>Maximum number of accounts that are returned as wrong.</summary>
    public const int WrongMax = 100;

    // The books are compared in one statement, so that concurrent movements cannot interfere. It reads every entry, which takes 0.3 s for a million.
    private const int BooksTimeSecondsMax = 60;

    // Maximum number of differing buckets to examine. Each bucket has 1/1024 of the accounts.
    private const int BucketsMax = 16;

    private const string FindSql = """
        SELECT a.at, e.account_id, e.amount, e.status = 1
        FROM unnest($1) WITH ORDINALITY AS a (id, at) JOIN entries e ON e.id = a.id AND e.kind = 3
        """;

    private const string ReplacedSql = "SELECT last FROM replaced_charges ORDER BY last DESC LIMIT 1";

    private const string PageSql = """
        SELECT id, kind = 3 AND status = 1 AND (length(account_id) = 36 OR id > $3) FROM entries WHERE id > $1 AND id < $2 ORDER BY id LIMIT $4
        """;

    // Uses a single Postgres process, however many are available.
    private const string BeginSql = "BEGIN READ ONLY; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off";

    // Sums are per bucket, not per account: a thousand sums fit in memory, while a million would spill to disk.
    private const string BucketsSql = """
        WITH a AS (
            SELECT hashtext(id) & 1023 AS bucket, count(*) AS n, sum(funded - opening) AS funded, sum(captured) AS captured, sum(refunded) AS refunded,
                bool_or(balance < 0 OR funded - balance <> captured - refunded) AS is_wrong FROM accounts GROUP BY 1),
        e AS (
            SELECT hashtext(account_id) & 1023 AS bucket, sum(amount) FILTER (WHERE kind = 1) AS funded,
                sum(amount) FILTER (WHERE kind IN (2, 3)) AS captured, sum(amount) FILTER (WHERE status = 4) AS refunded
            FROM entries WHERE status IN (1, 4) AND kind < 4 GROUP BY 1)
        SELECT bucket, coalesce(n, 0), coalesce(is_wrong, false) OR coalesce(a.funded, 0) <> coalesce(e.funded, 0)
            OR coalesce(a.captured, 0) <> coalesce(e.captured, 0) OR coalesce(a.refunded, 0) <> coalesce(e.refunded, 0)
        FROM a FULL JOIN e USING (bucket)
        """;

    private const string WrongSql = """
        WITH e AS (
            SELECT account_id AS id, coalesce(sum(amount) FILTER (WHERE kind = 1), 0) AS funded,
                coalesce(sum(amount) FILTER (WHERE kind IN (2, 3)), 0) AS captured, coalesce(sum(amount) FILTER (WHERE status = 4), 0) AS refunded
            FROM entries WHERE status IN (1, 4) AND kind < 4 AND hashtext(account_id) & 1023 = ANY ($1) GROUP BY 1),
        a AS (SELECT * FROM accounts WHERE hashtext(id) & 1023 = ANY ($1)),
        both_sides AS (
            SELECT id, coalesce(a.balance, 0)::numeric AS balance, coalesce(a.opening, 0)::numeric AS opening, coalesce(a.funded, 0)::numeric AS funded,
                coalesce(a.captured, 0)::numeric AS captured, coalesce(a.refunded, 0)::numeric AS refunded,
                coalesce(e.funded, 0) AS e_funded, coalesce(e.captured, 0) AS e_captured, coalesce(e.refunded, 0) AS e_refunded
            FROM a FULL JOIN e USING (id))
        SELECT * FROM both_sides
        WHERE balance < 0 OR funded <> balance + captured - refunded OR funded - opening <> e_funded OR captured <> e_captured OR refunded <> e_refunded
        ORDER BY id LIMIT $2
        """;

    /// <summary>Returns the entries of the given sagas' charges.</summary>
    public async Task<FoundCharges> FindAsync(Guid[] sagas, CancellationToken cancellationToken)
    {
        var charges = new ChargeEntry?[sagas.Length];
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(FindSql) { Parameters = { Value(sagas) } });
        batch.BatchCommands.Add(new(ReplacedSql)); // after the charges: one that is neither found nor replaced never existed
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken)) charges[row.GetInt64(0) - 1] = new(row.GetString(1), row.GetInt64(2), row.GetBoolean(3));
        await row.NextResultAsync(cancellationToken);
        return new(charges, await row.ReadAsync(cancellationToken) ? row.GetGuid(0) : Guid.Empty);
    }

    public async Task<ChargePage> PageAsync(ChargePageRequest request, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(PageSql);
        foreach (var bound in (ReadOnlySpan<Guid>)[request.After, request.Before, request.NumberedAfter]) command.Parameters.Add(Value(bound));
        command.Parameters.Add(Value(PageEntriesMax));
        var sagas = new List<Guid>(PageEntriesMax);
        var (count, last) = (0, Guid.Empty);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        for (; await row.ReadAsync(cancellationToken); count++)
        {
            last = row.GetGuid(0);
            if (row.GetBoolean(1)) sagas.Add(last);
        }

        return new([.. sagas], count < PageEntriesMax ? null : last);
    }

    public async Task<BooksPage> CompareBooksAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using (var begin = new NpgsqlCommand(BeginSql, connection)) await begin.ExecuteNonQueryAsync(cancellationToken);
        var (accounts, wrong) = (0L, new List<int>());
        await using (var buckets = new NpgsqlCommand(BucketsSql, connection) { CommandTimeout = BooksTimeSecondsMax })
        await using (var row = await buckets.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken))
            {
                accounts += row.GetInt64(1);
                if (row.GetBoolean(2)) wrong.Add(row.GetInt32(0));
            }
        }

        var found = wrong.Count == 0 ? [] : await FindWrongAsync(connection, [.. wrong.Take(BucketsMax)], cancellationToken);
        await using var end = new NpgsqlCommand("COMMIT", connection);
        await end.ExecuteNonQueryAsync(cancellationToken);
        return new(accounts, found);
    }

    private static async Task<AccountBooks[]> FindWrongAsync(NpgsqlConnection connection, int[] buckets, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(WrongSql, connection) { CommandTimeout = BooksTimeSecondsMax };
        command.Parameters.Add(Value(buckets));
        command.Parameters.Add(Value(WrongMax));
        var wrong = new List<AccountBooks>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            wrong.Add(new(row.GetString(0), row.GetDecimal(1), row.GetDecimal(2), row.GetDecimal(3), row.GetDecimal(4), row.GetDecimal(5),
                row.GetDecimal(6), row.GetDecimal(7), row.GetDecimal(8)));
        }

        return [.. wrong];
    }

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };
}
