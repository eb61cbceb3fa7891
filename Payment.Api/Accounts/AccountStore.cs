using System.Diagnostics.Metrics;
using System.Runtime.ExceptionServices;
using Npgsql;
using ServiceDefaults;
using ServiceKit.Batching;
using ServiceKit.Postgres;

namespace Payment.Api.Accounts;

/// <summary>
/// Stores accounts in Postgres. Reads and movements that wait share a round trip. One statement makes the movements that need no look at their account or key
/// first. The others follow in a transaction under strict two-phase locking: the accounts' rows are locked in ID order before anything is read, and stay locked
/// until the commit. Two movements with the same key concern the same account, so its lock serializes them. If the account does not exist, the uniqueness of
/// the key does.
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

    // Makes all movements of an account, or none if it does not exist, has less credit than they take, or would overflow. Returns the IDs of the latter. An
    // existing key is a unique violation. Rows are locked as they are updated, in ID order, and stay locked until the commit, as with LockAccounts.
    private const string Move = """
        WITH moved AS (
            UPDATE accounts a SET balance = a.balance + u.funds - u.takes, funded = a.funded + u.funds, captured = a.captured + u.takes
            FROM unnest($1, $2, $3) AS u (id, funds, takes)
            WHERE a.id = ANY ($1) AND a.id = u.id AND a.balance >= u.takes
                AND a.funded <= 9223372036854775807 - u.funds AND a.captured <= 9223372036854775807 - u.takes
            RETURNING a.id),
        made AS (
            INSERT INTO entries (id, account_id, kind, status, amount)
            SELECT e.id, e.account_id, e.kind, 1, e.amount FROM unnest($4, $5, $6, $7) AS e (id, account_id, kind, amount)
            WHERE e.account_id IN (SELECT id FROM moved))
        SELECT id FROM unnest($1) AS u (id) WHERE id NOT IN (SELECT id FROM moved)
        """;

    private readonly NpgsqlDataSource _database;
    private readonly GroupCommit<AccountRequest, AccountAnswer> _requests;

    public AccountStore(NpgsqlDataSource database, IMeterFactory meters)
    {
        _database = database;
        _requests = new(new("accounts"), meters, CommitAsync);
    }

    /// <summary>
    /// Returns the credit of an account, or null if not found. Concurrent reads share a statement and see everything committed before they were requested.
    /// </summary>
    /// <exception cref="OverloadException">Too many callers are waiting.</exception>
    public async Task<long?> FindCreditAsync(string id) => (await _requests.AddAsync(new AccountRequest(id, null))).Credit;

    /// <summary>Applies a client's movement, once per key.</summary>
    /// <exception cref="OverloadException">Too many callers are waiting. Nothing was done.</exception>
    public async Task<EntryStatus> MoveAsync(Movement movement) => (await _requests.AddAsync(new AccountRequest(movement.Account, movement))).Outcome();

    /// <summary>Applies sagas' charges and refunds, each once per key. The outcomes are in the same order.</summary>
    /// <exception cref="OverloadException">Too many callers are waiting. Nothing was done.</exception>
    public async Task<EntryStatus[]> ChargeAsync(Movement[] charges)
    {
        var answers = await _requests.AddAsync([.. charges.Select(static charge => new AccountRequest(charge.Account, charge))]);
        return [.. answers.Select(static answer => answer.Outcome())];
    }

    private async Task<AccountAnswer[]> CommitAsync(IReadOnlyList<AccountRequest> requests)
    {
        var answers = new AccountAnswer[requests.Count];
        var left = await TransactionRetry.RunAsync(() => MoveAsync(requests, answers));
        if (left.Count == 0) return answers;
        left.Sort(); // the order in which they came
        try
        {
            var outcomes = await TransactionRetry.RunAsync(() => ApplyAsync([.. left.Select(index => requests[index].Movement!.Value)]));
            foreach (var (i, index) in left.Index()) answers[index] = new(outcomes[i]);
        }
        catch (Exception e)
        {
            // Only theirs: the other movements are committed.
            foreach (var index in left) answers[index] = new(Failure: ExceptionDispatchInfo.Capture(e));
        }

        return answers;
    }

    // The fast path, one round trip: reads credit, and makes movements that have a new key and enough credit. Returns the indices of the requests for which
    // nothing was done.
    private async Task<List<int>> MoveAsync(IReadOnlyList<AccountRequest> requests, AccountAnswer[] answers)
    {
        var (group, reads, left) = (new MovementGroup(), new HashSet<string>(), new List<int>());
        for (var i = 0; i < answers.Length; i++)
        {
            if (requests[i].Movement is not { } movement) reads.Add(requests[i].Account);
            else if (!group.TryAdd(i, movement)) left.Add(i);
        }

        if (reads.Count + group.Count == 0) return left;
        await using var connection = await _database.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection);
        if (reads.Count > 0) batch.BatchCommands.Add(Command(SelectBalances, Array(reads)));
        if (group.Count > 0) batch.BatchCommands.Add(MoveCommand(group));
        try
        {
            await using var reader = await batch.ExecuteReaderAsync();
            if (reads.Count > 0)
            {
                var found = new Dictionary<string, long?>(reads.Count);
                while (await reader.ReadAsync()) found.Add(reader.GetString(0), reader.GetInt64(1));
                for (var i = 0; i < answers.Length; i++)
                {
                    if (requests[i].Movement is null) answers[i] = new(Credit: found.GetValueOrDefault(requests[i].Account));
                }

                await reader.NextResultAsync();
            }

            var refused = new HashSet<string>();
            while (await reader.ReadAsync()) refused.Add(reader.GetString(0));
            await reader.NextResultAsync(); // returns after the commit
            foreach (var (index, movement) in group.Movements)
            {
                if (refused.Contains(movement.Account)) left.Add(index);
                else answers[index] = new(EntryStatus.Done);
            }

            return left;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return [.. left, .. group.Movements.Select(static one => one.Index)];
        }
    }

    private async Task<EntryStatus[]> ApplyAsync(Movement[] movements)
    {
        await using var connection = await _database.OpenConnectionAsync();
        var (accounts, entries) = await LockAsync(connection, movements);
        var ledger = new Ledger(accounts, entries);
        var outcomes = new EntryStatus[movements.Length];
        for (var i = 0; i < outcomes.Length; i++) outcomes[i] = ledger.Apply(movements[i]);
        await CommitAsync(connection, accounts, entries);
        return outcomes;
    }

    private static NpgsqlBatchCommand MoveCommand(MovementGroup group) => Command(
        Move,
        Array(group.Accounts.Keys),
        Array(group.Accounts.Values.Select(static sums => sums.Funds)),
        Array(group.Accounts.Values.Select(static sums => sums.Takes)),
        Array(group.Movements.Select(static one => one.Movement.Key)),
        Array(group.Movements.Select(static one => one.Movement.Account)),
        Array(group.Movements.Select(static one => (short)one.Movement.Kind)),
        Array(group.Movements.Select(static one => one.Movement.Amount)));

    // Locks first, then reads the keys in a separate statement, which sees the commits that the locks waited for. BEGIN and COMMIT are sent with the
    // statements: two round trips in all. If a connection returns to the pool before its COMMIT, the driver rolls it back.
    private static async Task<(Dictionary<string, Account>, Dictionary<Guid, Entry>)> LockAsync(NpgsqlConnection connection, Movement[] movements)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("BEGIN"));
        batch.BatchCommands.Add(Command(LockAccounts, Array(movements.Select(static movement => movement.Account).Distinct())));
        batch.BatchCommands.Add(Command(SelectEntries, Array(movements.Select(static movement => movement.Key))));
        await using var reader = await batch.ExecuteReaderAsync();
        var accounts = new Dictionary<string, Account>(movements.Length);
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

        var entries = new Dictionary<Guid, Entry>(movements.Length);
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
