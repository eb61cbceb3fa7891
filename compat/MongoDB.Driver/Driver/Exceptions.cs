using MongoDB.Bson;

namespace MongoDB.Driver;

/// <summary>Trouble with MongoDB.</summary>
public class MongoException : Exception
{
    private readonly List<string> _labels = [];

    /// <summary>With a text.</summary>
    public MongoException(string message) : base(message) { }

    /// <summary>With a text and a cause.</summary>
    public MongoException(string message, Exception? innerException) : base(message, innerException) { }

    /// <summary>What the server or the driver says about the error, such as <c>RetryableWriteError</c>.</summary>
    public IReadOnlyList<string> ErrorLabels => _labels;

    /// <summary>Adds a label.</summary>
    public void AddErrorLabel(string errorLabel)
    {
        if (!_labels.Contains(errorLabel)) _labels.Add(errorLabel);
    }

    /// <summary>Whether it has the label.</summary>
    public bool HasErrorLabel(string errorLabel) => _labels.Contains(errorLabel);
}

/// <summary>Trouble on the client's side.</summary>
public class MongoClientException : MongoException
{
    /// <summary>With a text.</summary>
    public MongoClientException(string message) : base(message) { }

    /// <summary>With a text and a cause.</summary>
    public MongoClientException(string message, Exception? innerException) : base(message, innerException) { }
}

/// <summary>A connection string or settings that make no sense.</summary>
public class MongoConfigurationException : MongoClientException
{
    /// <summary>With a text.</summary>
    public MongoConfigurationException(string message) : base(message) { }

    /// <summary>With a text and a cause.</summary>
    public MongoConfigurationException(string message, Exception? innerException) : base(message, innerException) { }
}

/// <summary>More operations wait for a connection than may. Nothing was sent.</summary>
public class MongoWaitQueueFullException(string message) : MongoClientException(message);

/// <summary>The pool is paused since its server could not be reached; it resumes when the server's monitor sees it. Nothing was sent.</summary>
public class MongoConnectionPoolPausedException(string message) : MongoClientException(message);

/// <summary>The server speaks a protocol that this driver does not.</summary>
public class MongoIncompatibleDriverException(string message) : MongoClientException(message);

/// <summary>A connection could not be opened, or broke. Where a write was under way, its outcome is unknown.</summary>
public class MongoConnectionException : MongoException
{
    /// <summary>With a text.</summary>
    public MongoConnectionException(string message) : base(message) { }

    /// <summary>With a text and a cause.</summary>
    public MongoConnectionException(string message, Exception? innerException) : base(message, innerException) { }

    /// <summary>Whether the cause is the network and not, say, a password.</summary>
    public virtual bool IsNetworkException => true;

    /// <summary>Whether the connection was given up because time ran out.</summary>
    public bool ContainsTimeoutException => InnerException is TimeoutException;
}

/// <summary>The server refused the credentials, or failed to prove that it knows them.</summary>
public class MongoAuthenticationException : MongoConnectionException
{
    /// <summary>With a text.</summary>
    public MongoAuthenticationException(string message) : base(message) { }

    /// <summary>With a text and a cause.</summary>
    public MongoAuthenticationException(string message, Exception? innerException) : base(message, innerException) { }

    /// <inheritdoc/>
    public override bool IsNetworkException => false;
}

/// <summary>The server answered with an error.</summary>
public class MongoServerException : MongoException
{
    /// <summary>With a text.</summary>
    public MongoServerException(string message) : base(message) { }

    /// <summary>With a text and a cause.</summary>
    public MongoServerException(string message, Exception? innerException) : base(message, innerException) { }
}

/// <summary>A command failed.</summary>
public class MongoCommandException : MongoServerException
{
    /// <summary>With the command and its answer.</summary>
    public MongoCommandException(string message, BsonDocument command, BsonDocument result) : base(message)
    {
        (Command, Result) = (command, result);
        foreach (var label in ServerErrors.Labels(result)) AddErrorLabel(label);
    }

    /// <summary>The server's number for the error; -1 where it gives none.</summary>
    public int Code => ServerErrors.Code(Result);

    /// <summary>The server's name for the error.</summary>
    public string CodeName => ServerErrors.Text(Result, "codeName");

    /// <summary>The command's name and target; its values are not kept.</summary>
    public BsonDocument Command { get; }

    /// <summary>The server's text.</summary>
    public string ErrorMessage => ServerErrors.Text(Result, "errmsg");

    /// <summary>The answer.</summary>
    public BsonDocument Result { get; }
}

/// <summary>A write was done, but not as widely as its concern asks.</summary>
public class MongoWriteConcernException(string message, BsonDocument command, BsonDocument result) : MongoCommandException(message, command, result);

/// <summary>The server no longer is, or never was, the primary. The driver looks for the new one.</summary>
public class MongoNotPrimaryException(BsonDocument command, BsonDocument result)
    : MongoCommandException("Server returned not primary error: " + ServerErrors.Text(result, "errmsg"), command, result);

/// <summary>The server is starting, stopping or recovering.</summary>
public class MongoNodeIsRecoveringException(BsonDocument command, BsonDocument result)
    : MongoCommandException("Server returned node is recovering error: " + ServerErrors.Text(result, "errmsg"), command, result);

/// <summary>The server took longer than <c>MaxTime</c>, and stopped.</summary>
public class MongoExecutionTimeoutException(string message, BsonDocument result) : MongoServerException(message)
{
    /// <summary>The server's number for the error.</summary>
    public int Code => ServerErrors.Code(result);

    /// <summary>The server's name for the error.</summary>
    public string CodeName => ServerErrors.Text(result, "codeName");
}

/// <summary>The server has forgotten the cursor: it was idle too long, or the server was restarted.</summary>
public class MongoCursorNotFoundException(long cursorId, BsonDocument query) : MongoServerException($"Cursor {cursorId} not found on server.")
{
    /// <summary>The cursor.</summary>
    public long CursorId { get; } = cursorId;

    /// <summary>The command.</summary>
    public BsonDocument Query { get; } = query;
}

/// <summary>Kinds of write errors.</summary>
public enum ServerErrorCategory
{
    /// <summary>None of the others.</summary>
    Uncategorized,
    /// <summary>A unique index has the value.</summary>
    DuplicateKey,
    /// <summary>The server took too long.</summary>
    ExecutionTimeout,
}

/// <summary>Why one document was not written.</summary>
public class WriteError
{
    internal WriteError(BsonDocument error)
    {
        (Code, Message) = (ServerErrors.Code(error), ServerErrors.Text(error, "errmsg"));
        Details = error.GetValue("errInfo", BsonNull.Value) as BsonDocument;
    }

    /// <summary>The kind.</summary>
    public ServerErrorCategory Category => Code switch
    {
        11000 or 11001 or 12582 => ServerErrorCategory.DuplicateKey,
        50 => ServerErrorCategory.ExecutionTimeout,
        _ => ServerErrorCategory.Uncategorized,
    };

    /// <summary>The server's number.</summary>
    public int Code { get; }

    /// <summary>More from the server, such as the rule that a document breaks.</summary>
    public BsonDocument? Details { get; }

    /// <summary>The server's text.</summary>
    public string Message { get; }
}

/// <summary>Why one request of a bulk write was not done.</summary>
public sealed class BulkWriteError : WriteError
{
    internal BulkWriteError(int index, BsonDocument error) : base(error) => Index = index;

    /// <summary>The request's place.</summary>
    public int Index { get; }
}

/// <summary>Why a write is not as safe as its concern asks.</summary>
public sealed class WriteConcernError
{
    internal WriteConcernError(BsonDocument error)
    {
        (Code, CodeName, Message) = (ServerErrors.Code(error), ServerErrors.Text(error, "codeName"), ServerErrors.Text(error, "errmsg"));
        Details = error.GetValue("errInfo", BsonNull.Value) as BsonDocument;
    }

    /// <summary>The server's number.</summary>
    public int Code { get; }

    /// <summary>The server's name for it.</summary>
    public string CodeName { get; }

    /// <summary>More from the server.</summary>
    public BsonDocument? Details { get; }

    /// <summary>The server's text.</summary>
    public string Message { get; }
}

/// <summary>A write of one document failed; nothing was changed, unless only <see cref="WriteConcernError"/> is there.</summary>
public sealed class MongoWriteException : MongoServerException
{
    internal MongoWriteException(WriteError? writeError, WriteConcernError? writeConcernError, Exception innerException)
        : base("A write operation resulted in an error."
            + (writeError is null ? "" : $" WriteError: {{ Category : \"{writeError.Category}\","
                + $" Code : {writeError.Code}, Message : \"{writeError.Message}\" }}.")
            + (writeConcernError is null ? ""
                : $" WriteConcernError: {{ Code : {writeConcernError.Code}, Message : \"{writeConcernError.Message}\" }}."), innerException)
        => (WriteError, WriteConcernError) = (writeError, writeConcernError);

    /// <summary>Why it was not done.</summary>
    public WriteError? WriteError { get; }

    /// <summary>Why it is not as safe as asked.</summary>
    public WriteConcernError? WriteConcernError { get; }
}

/// <summary>Requests of a bulk write failed.</summary>
public abstract class MongoBulkWriteException : MongoServerException
{
    private protected MongoBulkWriteException(IReadOnlyList<BulkWriteError> errors, WriteConcernError? writeConcernError) : base(
        "A bulk write operation resulted in one or more errors."
        + (errors.Count == 0 ? "" : " WriteErrors: [ "
            + $"{string.Join(", ", errors.Take(10).Select(static e => $"{{ Index : {e.Index}, Code : {e.Code}, Message : \"{e.Message}\" }}"))} ].")
        + (writeConcernError is null ? "" : $" WriteConcernError: {writeConcernError.Message}."))
        => (WriteErrors, WriteConcernError) = (errors, writeConcernError);

    /// <summary>What failed, in order.</summary>
    public IReadOnlyList<BulkWriteError> WriteErrors { get; }

    /// <summary>Why what was done is not as safe as asked.</summary>
    public WriteConcernError? WriteConcernError { get; }
}

/// <summary>Requests of a bulk write failed.</summary>
public sealed class MongoBulkWriteException<TDocument> : MongoBulkWriteException
{
    internal MongoBulkWriteException(
        BulkWriteResult<TDocument> result, IReadOnlyList<BulkWriteError> errors, WriteConcernError? writeConcernError,
            IReadOnlyList<WriteModel<TDocument>> unprocessed)
        : base(errors, writeConcernError) => (Result, UnprocessedRequests) = (result, unprocessed);

    /// <summary>What was done.</summary>
    public BulkWriteResult<TDocument> Result { get; }

    /// <summary>What was not tried, since the order ended it.</summary>
    public IReadOnlyList<WriteModel<TDocument>> UnprocessedRequests { get; }
}

/// <summary>What the server's errors mean (mongodb/specifications: server discovery and monitoring, retryable reads and writes).</summary>
internal static class ServerErrors
{
    public const string RetryableWriteLabel = "RetryableWriteError";

    public static int Code(BsonDocument result) => result.TryGetValue("code", out var code) && code.IsNumeric ? code.ToInt32() : -1;

    public static string Text(BsonDocument result, string name) => result.TryGetValue(name, out var text) && text is BsonString ? text.AsString : "";

    public static IEnumerable<string> Labels(BsonDocument result)
        => result.TryGetValue("errorLabels", out var labels) && labels is BsonArray array ? array.OfType<BsonString>().Select(static label => label.Value) : [];

    public static bool IsNotPrimary(int code) => code is 10107 or 13435 or 10058;

    public static bool IsRecovering(int code) => code is 11600 or 11602 or 13436 or 189 or 91;

    /// <summary>Whether a server of an older protocol, which sends no labels, means that the same command may succeed next time.</summary>
    public static bool IsRetryable(int code) => IsNotPrimary(code) || IsRecovering(code) || code is 6 or 7 or 89 or 9001 or 134 or 262;

    public static Exception ToException(BsonDocument command, BsonDocument result)
    {
        var code = Code(result);
        if (IsNotPrimary(code)) return new MongoNotPrimaryException(command, result);
        if (IsRecovering(code)) return new MongoNodeIsRecoveringException(command, result);
        var name = command.ElementCount > 0 ? command.GetElement(0).Name : "";
        if (code == 50) return new MongoExecutionTimeoutException(Text(result, "errmsg"), result);
        if (code == 43 && name == "getMore") return new MongoCursorNotFoundException(command[0].ToInt64(), command);
        return new MongoCommandException($"Command {name} failed: {Text(result, "errmsg")}.", command, result);
    }
}
