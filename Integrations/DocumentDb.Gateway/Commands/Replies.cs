using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;

namespace DocumentDb.Gateway.Commands;

/// <summary>Writes replies that do not come from the engine.</summary>
internal static class Replies
{
    /// <summary>Writes a reply that only reports success.</summary>
    public static ValueTask Ok(CommandContext context) => Write(context, static _ => { });

    /// <summary>Writes a reply with fields before <c>ok</c>.</summary>
    public static ValueTask Write(CommandContext context, Action<BsonBuffer> fields)
    {
        context.ClearReply();
        var document = context.Reply.Begin();
        fields(context.Reply);
        context.Reply.Double("ok"u8, 1);
        context.Reply.End(document);
        return default;
    }

    /// <summary>Writes an error, with the labels that tell drivers what can be retried.</summary>
    /// <param name="code">MongoDB's error code.</param>
    /// <param name="message">The error text.</param>
    /// <param name="detail">More elements, ready to append.</param>
    public static void Error(CommandContext context, int code, string message, ReadOnlySpan<byte> detail = default)
    {
        context.ClearReply();
        var reply = context.Reply;
        var document = reply.Begin();
        reply.Double("ok"u8, 0);
        reply.String("errmsg"u8, message);
        reply.Int32("code"u8, code);
        reply.String("codeName"u8, ErrorCodes.Name(code));
        reply.Append(detail);
        if (Label(context, code) is { } label) reply.Strings("errorLabels"u8, label);
        reply.End(document);
    }

    private static string? Label(CommandContext context, int code)
    {
        var request = context.Request;
        var isEnd = request.Name is "commitTransaction" or "abortTransaction";
        var isAway = code is ErrorCodes.ShutdownInProgress or 11600 or ErrorCodes.ExceededTimeLimit;
        if (request.IsInTransaction && !isEnd)
            return isAway || code is ErrorCodes.WriteConflict or ErrorCodes.NoSuchTransaction or ErrorCodes.LockTimeout ? "TransientTransactionError" : null;
        return isAway && (isEnd || request.TransactionNumber is not null) ? "RetryableWriteError" : null;
    }
}
