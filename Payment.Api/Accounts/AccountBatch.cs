using Npgsql;

namespace Payment.Api.Accounts;

/// <summary>Replaces the numbered accounts "0" to "n-1" and their entries in one transaction, while no one else reads or writes accounts.</summary>
internal sealed class AccountBatch(NpgsqlDataSource database)
{
    /// <summary>Maximum number of accounts per batch.</summary>
    public const long AccountsMax = 10_000_000;

    private const int CommandTimeSecondsMax = 300;

    // Truncated and refilled, because a DELETE would leave a million dead rows that slow everything down until vacuumed. The few other accounts are put back.
    private const string Replace = """
        LOCK TABLE accounts, entries IN ACCESS EXCLUSIVE MODE;
        CREATE TEMP TABLE kept_accounts ON COMMIT DROP AS SELECT * FROM accounts WHERE length(id) = 36;
        CREATE TEMP TABLE kept_entries ON COMMIT DROP AS SELECT * FROM entries WHERE length(account_id) = 36;
        INSERT INTO replaced_charges SELECT id FROM entries WHERE kind = 3 AND length(account_id) <> 36 ORDER BY id DESC LIMIT 1 ON CONFLICT DO NOTHING;
        TRUNCATE accounts, entries;
        INSERT INTO accounts SELECT * FROM kept_accounts;
        INSERT INTO entries SELECT * FROM kept_entries;
        """;

    private const string Fill = "INSERT INTO accounts (id, opening, balance, funded) SELECT i::text, $2, $2, $2 FROM generate_series(0, $1 - 1) AS i";

    // Vacuumed now rather than a minute later under load. Otherwise the first read of each new row writes it again to set its hint bits. If another session has
    // a table locked, that session vacuums it.
    private const string Vacuum = "VACUUM (FREEZE, ANALYZE, SKIP_LOCKED) accounts, entries";

    public async Task InitAsync(long count, long credit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var replace = new NpgsqlCommand(Replace, connection) { CommandTimeout = CommandTimeSecondsMax };
        await replace.ExecuteNonQueryAsync(cancellationToken);
        await using var fill = new NpgsqlCommand(Fill, connection) { CommandTimeout = CommandTimeSecondsMax };
        fill.Parameters.Add(new NpgsqlParameter<long> { TypedValue = count });
        fill.Parameters.Add(new NpgsqlParameter<long> { TypedValue = credit });
        await fill.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        await using var vacuum = new NpgsqlCommand(Vacuum, connection) { CommandTimeout = CommandTimeSecondsMax };
        await vacuum.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
