using System.Collections.Concurrent;
using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Wire;

namespace DocumentDb.Gateway.Sessions;

/// <summary>The transactions of all sessions. A session belongs to the user who began it.</summary>
internal sealed class TransactionTable(EngineClient engine, GatewayOptions options)
{
    private readonly ConcurrentDictionary<(string User, Guid Session), ClientTransaction> _transactions = [];
    private int _open;

    /// <summary>The number of transactions that hold a connection.</summary>
    public int OpenCount => Volatile.Read(ref _open);

    /// <summary>Begins a request's transaction or finds the existing one, and takes its turn; the caller must release the turn.</summary>
    /// <exception cref="CommandException">The transaction does not exist or has ended, or too many are open.</exception>
    public async ValueTask<ClientTransaction> EnterAsync(Identity user, CommandRequest request, CancellationToken ct)
    {
        var key = (user.User, request.Session);
        var number = request.TransactionNumber ?? throw new CommandException(ErrorCodes.InvalidOptions, "A transaction requires a txnNumber");
        if (request.StartsTransaction && _transactions.Count >= options.SessionsMax)
            throw new CommandException(ErrorCodes.LockTimeout, "Too many sessions have transactions");
        var transaction = request.StartsTransaction ? _transactions.GetOrAdd(key, _ => new ClientTransaction())
            : _transactions.GetValueOrDefault(key) ?? throw Unknown(number);
        await transaction.Turn.WaitAsync(ct);
        try
        {
            if (request.StartsTransaction) await BeginAsync(transaction, user, number, ct);
            else if (transaction.Number != number) throw Unknown(number);
            else if (transaction.State == TransactionState.Committed)
                throw new CommandException(ErrorCodes.TransactionCommitted, $"Transaction {number} has been committed");
            else if (transaction.State != TransactionState.Open) throw Unknown(number);
            return transaction;
        }
        catch
        {
            transaction.Turn.Release();
            throw;
        }
    }

    /// <summary>Commits. A retried commit returns the outcome of the first.</summary>
    public async ValueTask CommitAsync(Identity user, CommandRequest request, CancellationToken ct)
    {
        var transaction = await FindAsync(user, request, ct);
        try
        {
            if (transaction.State == TransactionState.Unknown) await ResolveAsync(transaction, user, ct);
            if (transaction.State == TransactionState.Committed) return;
            if (transaction.State != TransactionState.Open) throw Unknown(transaction.Number);
            var session = transaction.Session!;
            try
            {
                transaction.EngineId = await session.ReadValueAsync(session.Command(Sql.TransactionId), ct) as string;
                transaction.State = TransactionState.Unknown;
                await session.EndAsync("COMMIT", CancellationToken.None);
                transaction.State = TransactionState.Committed;
            }
            catch (CommandException e) when (e.Code is not (ErrorCodes.ShutdownInProgress or ErrorCodes.MaxTimeExpired or ErrorCodes.ExceededTimeLimit))
            {
                transaction.State = TransactionState.Aborted;
                throw;
            }
            finally
            {
                // The engine has ended the transaction already, or will when the connection breaks.
                if (transaction.State == TransactionState.Open) transaction.State = TransactionState.Aborted;
                await FreeAsync(transaction);
            }
        }
        finally
        {
            transaction.UsedAt = Environment.TickCount64;
            transaction.Turn.Release();
        }
    }

    public async ValueTask AbortAsync(Identity user, CommandRequest request, CancellationToken ct)
    {
        var transaction = await FindAsync(user, request, ct);
        try
        {
            if (transaction.State == TransactionState.Committed)
                throw new CommandException(ErrorCodes.TransactionCommitted, $"Transaction {transaction.Number} has been committed");
            await AbortAsync(transaction);
        }
        finally
        {
            transaction.Turn.Release();
        }
    }

    /// <summary>Rolls back; the caller must hold the turn.</summary>
    public async ValueTask AbortAsync(ClientTransaction transaction)
    {
        if (transaction.State != TransactionState.Open) return;
        transaction.State = TransactionState.Aborted;
        transaction.UsedAt = Environment.TickCount64;
        await FreeAsync(transaction);
    }

    /// <summary>Ends a session and rolls back its open transaction.</summary>
    public async ValueTask EndSessionAsync(Identity user, Guid session, CancellationToken ct)
    {
        if (!_transactions.TryRemove((user.User, session), out var transaction)) return;
        await transaction.Turn.WaitAsync(ct);
        await AbortAsync(transaction);
        transaction.Turn.Release();
    }

    /// <summary>Rolls back transactions of idle clients, and removes those of expired sessions.</summary>
    public async ValueTask SweepAsync()
    {
        foreach (var (key, transaction) in _transactions)
        {
            var idle = TimeSpan.FromMilliseconds(Environment.TickCount64 - transaction.UsedAt);
            if (idle < options.TransactionIdleTime || !transaction.Turn.Wait(0)) continue;
            await AbortAsync(transaction);
            if (idle > options.SessionTime) _transactions.TryRemove(new(key, transaction));
            transaction.Turn.Release();
        }
    }

    private async ValueTask BeginAsync(ClientTransaction transaction, Identity user, long number, CancellationToken ct)
    {
        if (number < transaction.Number || (number == transaction.Number && transaction.State is TransactionState.Open or TransactionState.Unknown))
            throw new CommandException(ErrorCodes.TransactionTooOld, $"Transaction {number} is not newer than {transaction.Number} of this session");
        await AbortAsync(transaction);
        if (Interlocked.Increment(ref _open) > options.TransactionsMax)
        {
            Interlocked.Decrement(ref _open);
            throw new CommandException(ErrorCodes.LockTimeout, $"Too many transactions are open (limit {options.TransactionsMax})");
        }
        EngineSession? session = null;
        try
        {
            session = await engine.OpenAsync(user, ct);
            await session.BeginTransactionAsync(ct);
        }
        catch
        {
            Interlocked.Decrement(ref _open);
            if (session is not null) await session.DisposeAsync();
            throw;
        }
        (transaction.Number, transaction.State, transaction.Session, transaction.EngineId) = (number, TransactionState.Open, session, null);
        transaction.UsedAt = Environment.TickCount64;
    }

    private async ValueTask<ClientTransaction> FindAsync(Identity user, CommandRequest request, CancellationToken ct)
    {
        var number = request.TransactionNumber ?? throw new CommandException(ErrorCodes.InvalidOptions, "A transaction requires a txnNumber");
        if (!_transactions.TryGetValue((user.User, request.Session), out var transaction)) throw Unknown(number);
        await transaction.Turn.WaitAsync(ct);
        if (transaction.Number == number) return transaction;
        transaction.Turn.Release();
        throw Unknown(number);
    }

    /// <summary>Asks the engine for the outcome of a commit whose reply was lost.</summary>
    private async ValueTask ResolveAsync(ClientTransaction transaction, Identity user, CancellationToken ct)
    {
        if (transaction.EngineId is null)
        {
            transaction.State = TransactionState.Committed; // it changed nothing
            return;
        }
        await using var session = await engine.OpenAsync(user, ct);
        var status = await session.ReadValueAsync(session.Command(Sql.TransactionStatus, EngineSession.Text(transaction.EngineId)), ct) as string;
        transaction.State = Ended(status);
    }

    /// <summary>Gets a transaction's outcome from the engine's <c>pg_xact_status</c>.</summary>
    /// <exception cref="CommandException">The transaction has not ended, or the engine does not know its outcome.</exception>
    internal static TransactionState Ended(string? status) => status switch
    {
        "committed" => TransactionState.Committed,
        "aborted" => TransactionState.Aborted,
        "in progress" => throw new CommandException(ErrorCodes.ShutdownInProgress, "The engine is still ending the transaction"),
        // Null if the engine no longer knows it. An unknown outcome does not mean that nothing was done.
        _ => throw new CommandException(ErrorCodes.InternalError, $"The outcome of the transaction is unknown; the engine reports: {status ?? "nothing"}"),
    };

    private async ValueTask FreeAsync(ClientTransaction transaction)
    {
        if (transaction.Session is not { } session) return;
        transaction.Session = null;
        Interlocked.Decrement(ref _open);
        await session.DisposeAsync();
    }

    private static CommandException Unknown(long number)
        => new(ErrorCodes.NoSuchTransaction, $"Given transaction number {number} does not match any in-progress transactions");
}
