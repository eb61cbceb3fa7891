using System.Collections.Frozen;
using System.Diagnostics;
using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Sessions;
using Microsoft.Extensions.Logging;

namespace DocumentDb.Gateway.Commands;

/// <summary>Finds a command's handler, runs it in its transaction, and turns failures into replies.</summary>
internal sealed partial class Dispatcher
{
    private const int RetriesMax = 10, PauseMsMax = 20, TurnCount = 64;

    private readonly FrozenDictionary<string, Command> _commands;
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, TurnCount).Select(_ => new SemaphoreSlim(1, 1))];
    private readonly TransactionTable _transactions;
    private readonly ILogger<Dispatcher> _logger;

    public Dispatcher(DataCommands data, BulkWrites bulk, IndexCommands indexes, AdminCommands admin, SessionCommands sessions, ServerCommands server,
        TransactionTable transactions, ILogger<Dispatcher> logger)
    {
        (_transactions, _logger) = (transactions, logger);
        var commands = new Dictionary<string, Command>();
        foreach (var table in (IEnumerable<KeyValuePair<string, Command>>[])[data.Table, bulk.Table, indexes.Table, admin.Table, sessions.Table, server.Table])
            foreach (var (name, command) in table) commands.Add(name, command);
        _commands = commands.ToFrozenDictionary();
        server.CommandNames = [.. commands.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>Runs the context's command. Its reply is complete afterwards, even after a failure.</summary>
    public async ValueTask ExecuteAsync(CommandContext context, CancellationToken ct)
    {
        var request = context.Request;
        var (startedAt, failure) = (Stopwatch.GetTimestamp(), 0);
        var name = _commands.TryGetValue(request.Name, out var command) ? request.Name : "unknown";
        var activity = command is { NeedsLogin: true } ? Diagnostics.Start(name, request.Database) : null;
        try
        {
            if (command is null) throw new CommandException(ErrorCodes.CommandNotFound, $"no such command: '{request.Name}'");
            if (command.NeedsLogin && context.User is null) throw new CommandException(ErrorCodes.Unauthorized, $"Command {name} requires authentication");
            foreach (var (section, _) in request.Sequences)
                if (!command.Sections.Contains(section))
                    throw new CommandException(ErrorCodes.UnknownField, $"BSON field '{name}.{section}' is an unknown field.");
            if (request.AcknowledgementMode is { } mode)
                throw new CommandException(ErrorCodes.UnknownReplWriteConcern, $"No write concern mode named '{mode}' found in the configuration");
            if (request.Acknowledgements > 1)
                throw new CommandException(ErrorCodes.BadValue, "cannot use 'w' > 1 when a host is not replicated");
            if (request.IsInTransaction && command.NeedsLogin && !IsTransactionEnd(name)) await RunInTransactionAsync(command, context, ct);
            else await RunAsync(command, context, ct);
        }
        catch (CommandException e)
        {
            failure = e.Code;
            Replies.Error(context, e.Code, e.Message, e is DuplicateKeyException duplicate ? duplicate.Detail.Span : default);
        }
        catch (OperationCanceledException)
        {
            failure = 11600;
            Replies.Error(context, failure, "The gateway is stopping");
        }
        catch (Exception e)
        {
            failure = ErrorCodes.InternalError;
            LogFailure(e, name, e.Message);
            Replies.Error(context, failure, $"The gateway failed: {e.Message}");
        }
        Diagnostics.End(activity, name, failure, startedAt);
    }

    private async ValueTask RunAsync(Command command, CommandContext context, CancellationToken ct)
    {
        try
        {
            await command.Handler(context, ct);
        }
        catch (CommandException e) when (e.Code == ErrorCodes.WriteConflict && command.RetriesConflicts)
        {
            await RetryAsync(command, context, ct);
        }
    }

    /// <summary>
    /// Retries a command that conflicted with another one, as MongoDB does, but not forever. Conflicting commands take turns, so that they do not conflict
    /// again.
    /// </summary>
    private async ValueTask RetryAsync(Command command, CommandContext context, CancellationToken ct)
    {
        var turn = _turns[(uint)context.Request.Namespace.GetHashCode(StringComparison.Ordinal) % TurnCount];
        await turn.WaitAsync(ct);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                context.ClearReply();
                try
                {
                    await command.Handler(context, ct);
                    return;
                }
                catch (CommandException e) when (e.Code == ErrorCodes.WriteConflict && attempt < RetriesMax)
                {
                    await Task.Delay(Random.Shared.Next(PauseMsMax), ct);
                }
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private static bool IsTransactionEnd(string name) => name is "commitTransaction" or "abortTransaction";

    /// <summary>Runs a command in its transaction. Any error ends the transaction, as in MongoDB.</summary>
    private async ValueTask RunInTransactionAsync(Command command, CommandContext context, CancellationToken ct)
    {
        if (!command.FitsTransaction)
            throw new CommandException(ErrorCodes.OperationNotSupportedInTransaction, $"Cannot run '{context.Request.Name}' in a multi-document transaction.");
        var transaction = await _transactions.EnterAsync(context.LoggedIn, context.Request, ct);
        var isSound = false;
        try
        {
            context.Transaction = transaction;
            await command.Handler(context, ct);
            isSound = !WriteErrors.Has(context.ReplyDocument);
            if (!isSound) WriteErrors.ThrowConflict(context.ReplyDocument);
        }
        finally
        {
            context.Transaction = null;
            if (!isSound) await _transactions.AbortAsync(transaction);
            transaction.UsedAt = Environment.TickCount64;
            transaction.Turn.Release();
        }
    }

    [LoggerMessage(1, LogLevel.Error, "{Command} failed: {Reason}")]
    private partial void LogFailure(Exception e, string command, string reason);
}
