using System.Diagnostics.Metrics;
using Npgsql;
using ServiceDefaults;
using ServiceKit.Batching;
using ServiceKit.Postgres;

namespace Payment.Api.Accounts;

/// <summary>
/// Stores accounts in Postgres. Movements are group-committed. Each group is one transaction under strict two-phase locking: the accounts' rows are locked in
/// ID order before anything is read, and stay locked until the commit. A group of charges without refunds is one statement with the same effect. Two movements
/// with the same key concern the same account, so its lock serializes them. If the account does not exist, the uniqueness of the key does.
/// </summary>
internal sealed class AccountStore
{
    private const string SelectBalances = "SELECT id, balance FROM accounts WHERE id = ANY ($1)";

    private const string LockAccounts = "SELECT id, balance, funded, captured, refunded FROM accounts WHERE id = ANY ($1) ORDER BY id FOR UPDATE";

    private const string SelectEntries = "SELECT id, account_id, kind, status, amount FROM entries WHERE id = ANY ($1)";

    private const string InsertAccounts = "INSERT INTO accounts (id, balance, funded) SELECT *, 0, 0 FROM unnest($1)";

    private const string UpdateAccounts = """
        UPDATE accounts a SET balance = u.balance, funded = u.funded, captured = u.captured, refunded = u.refunded
        FROM unnest($1, $2, $3, $4, $5) AS u (id, balance, funded, captured, refunded) WHERE a.id = ANY ($1) AND a.id = u.id
        """;

    private const string InsertEntries = "INSERT INTO entries (id, account_id, kind, status, amount) SELECT * FROM unnest($1, $2, $3, $4, $5)";

    private const string UpdateEntries =
        "UPDATE entries e SET status = u.status FROM unnest($1, $2) AS u (id, status) WHERE e.id = ANY ($1) AND e.id = u.id";

    // All or nothing: a missing account or insufficient credit causes a division by zero, and an existing charge a unique violation. Rows are locked as they
    // are updated, in ID order, and stay locked until the commit, as with LockAccounts.
    private const string Charge = """
        WITH moved AS (
            UPDATE accounts a SET balance = a.balance - u.amount, captured = a.captured + u.amount FROM unnest($1, $2) AS u (id, amount)
            WHERE a.id = ANY ($1) AND a.id = u.id AND a.balance >= u.amount AND a.captured <= 9223372036854775807 - u.amount
            RETURNING a.id),
        made AS (
            INSERT INTO entries (id, account_id, kind, status, amount)
            SELECT id, account_id, 3, 1, amount FROM unnest($3, $4, $5) AS e (id, account_id, amount))
        SELECT 1 / ((SELECT count(*) FROM moved) = cardinality($1))::int
        """;

    // After a failed attempt to charge a group as a whole, this many groups skip the attempt: with many refusals, it is wasted work.
    private const int CarefulGroups = 32;

    // While Postgres executes one batch of reads, the other is answered.
    private const int ReadLanes = 2;

    private readonly NpgsqlDataSource _database;
    private readonly GroupCommit<string, long?> _reads;
    private readonly GroupCommit<Movement, EntryStatus> _charges, _movements;
    private int _careful;

    public AccountStore(NpgsqlDataSource database, IMeterFactory meters)
    {
        _database = database;
        _reads = new(new("credit-reads", Lanes: ReadLanes), meters, ReadAsync);
        // Apart, because a charge can be made in one statement only where no other kind of movement is in the same transaction.
        _charges = new(new("charges"), meters, charges => TransactionRetry.RunAsync(() => ChargeAsync(charges)));
        _movements = new(new("movements"), meters, movements => TransactionRetry.RunAsync(() => ApplyAsync(movements)));
    }

    /// <summary>
    /// Returns the credit of an account, or null if not found. Concurrent reads share a statement and see everything committed before they were requested.
    /// </summary>
    /// <exception cref="OverloadException">Too many callers are waiting.</exception>
    public Task<long?> FindCreditAsync(string id) => _reads.AddAsync(id);

    /// <summary>Applies a client's movement, once per key.</summary>
    /// <exception cref="OverloadException">Too many callers are waiting. Nothing was done.</exception>
    public Task<EntryStatus> MoveAsync(Movement movement) => _movements.AddAsync(movement);

    /// <summary>Applies sagas' charges and refunds in one transaction, each once per key. The outcomes are in the same order.</summary>
    /// <exception cref="OverloadException">Too many callers are waiting. Nothing was done.</exception>
    public Task<ArraySegment<EntryStatus>> ChargeAsync(Movement[] charges) => _charges.AddAsync(charges);

    private async Task<long?[]> ReadAsync(IReadOnlyList<string> ids)
    {
        await using var command = _database.CreateCommand(SelectBalances);
        command.Parameters.Add(Array(ids));
        await using var reader = await command.ExecuteReaderAsync();
        var found = new Dictionary<string, long?>(ids.Count);
        while (await reader.ReadAsync()) found.Add(reader.GetString(0), reader.GetInt64(1));
        return [.. ids.Select(id => found.GetValueOrDefault(id))];
    }

    private async Task<EntryStatus[]> ChargeAsync(IReadOnlyList<Movement> charges)
    {
        await using var connection = await _database.OpenConnectionAsync();
        return await TryChargeAllAsync(connection, charges) ?? await ApplyAsync(connection, charges);
    }

    private async Task<EntryStatus[]> ApplyAsync(IReadOnlyList<Movement> movements)
    {
        await using var connection = await _database.OpenConnectionAsync();
        return await ApplyAsync(connection, movements);
    }

    private static async Task<EntryStatus[]> ApplyAsync(NpgsqlConnection connection, IReadOnlyList<Movement> movements)
    {
        var (accounts, entries) = await LockAsync(connection, movements);
        var ledger = new Ledger(accounts, entries);
        var outcomes = new EntryStatus[movements.Count];
        for (var i = 0; i < outcomes.Length; i++) outcomes[i] = ledger.Apply(movements[i]);
        await CommitAsync(connection, accounts, entries);
        return outcomes;
    }

    // The fast path, in one statement: new charges to accounts with enough credit. Returns null, with nothing done, if that does not apply.
    private async Task<EntryStatus[]?> TryChargeAllAsync(NpgsqlConnection connection, IReadOnlyList<Movement> movements)
    {
        if (_careful > 0)
        {
            _careful--;
            return null;
        }

        var sums = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var movement in movements)
        {
            if (movement.IsRefund) return null;
            var sum = sums.GetValueOrDefault(movement.Account);
            if (sum > long.MaxValue - movement.Amount) return null;
            sums[movement.Account] = sum + movement.Amount;
        }

        await using var command = new NpgsqlCommand(Charge, connection);
        command.Parameters.Add(Array(sums.Keys));
        command.Parameters.Add(Array(sums.Values));
        command.Parameters.Add(Array(movements.Select(static movement => movement.Key)));
        command.Parameters.Add(Array(movements.Select(static movement => movement.Account)));
        command.Parameters.Add(Array(movements.Select(static movement => movement.Amount)));
        try
        {
            await command.ExecuteNonQueryAsync();
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DivisionByZero or PostgresErrorCodes.UniqueViolation)
        {
            _careful = CarefulGroups;
            return null;
        }

        var outcomes = new EntryStatus[movements.Count];
        outcomes.AsSpan().Fill(EntryStatus.Done);
        return outcomes;
    }

    // Locks first, then reads the keys in a separate statement, which sees the commits that the locks waited for. BEGIN and COMMIT are sent with the
    // statements: two round trips in all. If a connection returns to the pool before its COMMIT, the driver rolls it back.
    private static async Task<(Dictionary<string, Account>, Dictionary<Guid, Entry>)> LockAsync(NpgsqlConnection connection, IReadOnlyList<Movement> movements)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("BEGIN"));
        batch.BatchCommands.Add(Command(LockAccounts, Array(movements.Select(static movement => movement.Account).Distinct())));
        batch.BatchCommands.Add(Command(SelectEntries, Array(movements.Select(static movement => movement.Key))));
        await using var reader = await batch.ExecuteReaderAsync();
        var accounts = new Dictionary<string, Account>(movements.Count);
        while (await reader.ReadAsync())
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

        var entries = new Dictionary<Guid, Entry>(movements.Count);
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
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

    private static async Task CommitAsync(NpgsqlConnection connection, Dictionary<string, Account> accounts, Dictionary<Guid, Entry> entries)
    {
        await using var batch = new NpgsqlBatch(connection);
        var opened = accounts.Values.Where(static account => account.IsNew).ToArray();
        if (opened.Length > 0) batch.BatchCommands.Add(Command(InsertAccounts, Array(opened.Select(static account => account.Id))));
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

        batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        await batch.ExecuteNonQueryAsync();
    }

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }

    private static NpgsqlParameter<T[]> Array<T>(IEnumerable<T> values) => new() { TypedValue = values.ToArray() };
}
