using System.Data;
using Npgsql;
using NpgsqlTypes;
using ServiceDefaults;

namespace Payment.Api.Accounts;

/// <summary>
/// Accounts in Postgres. A batch of movements is one transaction under strict two-phase locking: the accounts' rows are locked in the order of their ids
/// before anything
/// is read, and held to the commit. Two movements with one key are on one account, so its lock orders them; where there is no account, the key's uniqueness
/// does.
/// </summary>
internal sealed class AccountStore(NpgsqlDataSource database)
{
    private const string InsertAccount = "INSERT INTO accounts (id, balance, funded) VALUES ($1, 0, 0)";

    private const string SelectBalance = "SELECT balance FROM accounts WHERE id = $1";

    private const string LockAccounts = "SELECT id, balance, funded, captured, refunded FROM accounts WHERE id = ANY ($1) ORDER BY id FOR UPDATE";

    private const string SelectEntries = "SELECT id, account_id, kind, status, amount FROM entries WHERE id = ANY ($1)";

    private const string UpdateAccounts = """
        UPDATE accounts a SET balance = u.balance, funded = u.funded, captured = u.captured, refunded = u.refunded
        FROM unnest($1, $2, $3, $4, $5) AS u (id, balance, funded, captured, refunded) WHERE a.id = u.id
        """;

    private const string InsertEntries = "INSERT INTO entries (id, account_id, kind, status, amount) SELECT * FROM unnest($1, $2, $3, $4, $5)";

    private const string UpdateEntries = "UPDATE entries e SET status = u.status FROM unnest($1, $2) AS u (id, status) WHERE e.id = u.id";

    /// <summary>Creates an account without credit and returns its id.</summary>
    public async Task<string> CreateAsync(CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7().ToString();
        await using var command = database.CreateCommand(InsertAccount);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return id;
    }

    /// <summary>The credit of an account; null where there is none.</summary>
    public async Task<long?> FindCreditAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectBalance);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        return (long?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Does all movements in one transaction, each once under its key. The outcomes come in the order asked.</summary>
    public Task<EntryStatus[]> ApplyAsync(IReadOnlyList<Movement> movements, CancellationToken cancellationToken) =>
        TransactionRetry.RunAsync(token => ApplyOnceAsync(movements, token), cancellationToken);

    private async Task<EntryStatus[]> ApplyOnceAsync(IReadOnlyList<Movement> movements, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        var (accounts, entries) = await LockAsync(connection, movements, cancellationToken);
        var ledger = new Ledger(accounts, entries);
        var outcomes = new EntryStatus[movements.Count];
        for (var i = 0; i < outcomes.Length; i++) outcomes[i] = ledger.Apply(movements[i]);
        await WriteAsync(connection, accounts, entries, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return outcomes;
    }

    // Locks first and reads the keys in a statement of its own: it sees what those committed on whom the locks waited.
    private static async Task<(Dictionary<string, Account>, Dictionary<Guid, Entry>)> LockAsync(
        NpgsqlConnection connection, IReadOnlyList<Movement> movements, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Command(LockAccounts, Array(movements.Select(static movement => movement.Account).Distinct())));
        batch.BatchCommands.Add(Command(SelectEntries, Array(movements.Select(static movement => movement.Key))));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var accounts = new Dictionary<string, Account>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var account = new Account
            {
                Id = reader.GetString(0),
                Balance = reader.GetInt64(1),
                Funded = reader.GetInt64(2),
                Captured = reader.GetInt64(3),
                Refunded = reader.GetInt64(4),
            };
            accounts.Add(account.Id, account);
        }

        var entries = new Dictionary<Guid, Entry>();
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var entry = new Entry
            {
                Key = reader.GetGuid(0),
                Account = reader.GetString(1),
                Kind = (EntryKind)reader.GetInt16(2),
                Status = (EntryStatus)reader.GetInt16(3),
                Amount = reader.GetInt64(4),
            };
            entries.Add(entry.Key, entry);
        }

        return (accounts, entries);
    }

    private static async Task WriteAsync(
        NpgsqlConnection connection, Dictionary<string, Account> accounts, Dictionary<Guid, Entry> entries, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        var changed = accounts.Values.Where(static account => account.IsChanged).ToArray();
        if (changed.Length > 0)
        {
            batch.BatchCommands.Add(Command(
                UpdateAccounts,
                Array(changed.Select(static account => account.Id)),
                Array(changed.Select(static account => account.Balance)),
                Array(changed.Select(static account => account.Funded)),
                Array(changed.Select(static account => account.Captured)),
                Array(changed.Select(static account => account.Refunded))));
        }

        var made = entries.Values.Where(static entry => entry.IsNew).ToArray();
        if (made.Length > 0)
        {
            batch.BatchCommands.Add(Command(
                InsertEntries,
                Array(made.Select(static entry => entry.Key)),
                Array(made.Select(static entry => entry.Account)),
                Array(made.Select(static entry => (short)entry.Kind)),
                Array(made.Select(static entry => (short)entry.Status)),
                Array(made.Select(static entry => entry.Amount))));
        }

        var turned = entries.Values.Where(static entry => entry is { IsChanged: true, IsNew: false }).ToArray();
        if (turned.Length > 0)
        {
            batch.BatchCommands.Add(Command(
                UpdateEntries, Array(turned.Select(static entry => entry.Key)), Array(turned.Select(static entry => (short)entry.Status))));
        }

        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }

    private static NpgsqlParameter<T[]> Array<T>(IEnumerable<T> values) => new() { TypedValue = values.ToArray() };
}
