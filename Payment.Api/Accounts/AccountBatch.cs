using Npgsql;

namespace Payment.Api.Accounts;

/// <summary>Replaces the numbered accounts "0" to "n-1", with their entries, in one transaction. Nobody else reads or writes accounts meanwhile.</summary>
internal sealed class AccountBatch(NpgsqlDataSource database)
{
    /// <summary>Most accounts of one batch.</summary>
    public const long AccountsMax = 10_000_000;

    private const int CommandTimeSecondsMax = 300;

    // Emptied and filled again, not deleted from: a million dead rows would slow down everything until they are vacuumed. The others are few and are put back.
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

    // Now, not a minute later in the middle of the load: new rows are otherwise written once more when they are first read, for their hint bits. Where another
    // one holds a table, that one sees to it.
    private const string Vacuum = "VACUUM (FREEZE, ANALYZE, SKIP_LOCKED) accounts, entries";

    /// <summary>Replaces the accounts.</summary>
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
        await transaction.CommitAsync(cancellationToken);
        await using var vacuum = new NpgsqlCommand(Vacuum, connection) { CommandTimeout = CommandTimeSecondsMax };
        await vacuum.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
