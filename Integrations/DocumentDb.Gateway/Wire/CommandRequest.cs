using DocumentDb.Gateway.Bson;

namespace DocumentDb.Gateway.Wire;

/// <summary>One command as it came in. It points into the connection's buffer and is valid until its reply is sent; a connection has one for life.</summary>
internal sealed class CommandRequest
{
    /// <summary>The sender's number of the message; the reply names it.</summary>
    public int RequestId { get; set; }

    /// <summary>Came as OP_QUERY, and is answered with OP_REPLY.</summary>
    public bool IsLegacy { get; set; }

    /// <summary>False where the client does not want to hear of it (write concern 0).</summary>
    public bool WantsReply { get; set; }

    /// <summary>The command document.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>The sections of kind 1: the argument that one stands for, such as <c>documents</c>, and its documents one after the other.</summary>
    public List<(string Name, ReadOnlyMemory<byte> Documents)> Sequences { get; } = [];

    /// <summary>The documents of the first section of kind 1; empty without one.</summary>
    public ReadOnlyMemory<byte> Sequence => Sequences.Count > 0 ? Sequences[0].Documents : default;

    /// <summary>The name of the command: the first element of the body.</summary>
    public string Name { get; set; } = "";

    /// <summary>The database, out of <c>$db</c>.</summary>
    public string Database { get; set; } = "";

    /// <summary>The session's id; empty without one.</summary>
    public Guid Session { get; set; }

    /// <summary>The number of the transaction, or of the retryable write, within the session.</summary>
    public long? TransactionNumber { get; set; }

    /// <summary>Part of a transaction: <c>autocommit: false</c>.</summary>
    public bool IsInTransaction { get; set; }

    /// <summary>The first command of its transaction.</summary>
    public bool StartsTransaction { get; set; }

    /// <summary>The write concern's <c>w</c>, where it is a number.</summary>
    public long? Acknowledgements { get; set; }

    /// <summary>The write concern's <c>w</c>, where it is the name of a mode other than <c>majority</c>.</summary>
    public string? AcknowledgementMode { get; set; }

    /// <summary>The write is to happen once, however often it is sent with the same session and number.</summary>
    public bool IsRetryable => TransactionNumber is not null && !IsInTransaction;

    /// <summary>The command's own value where it is a string: for most commands the collection.</summary>
    public string? Target
    {
        get
        {
            var view = new BsonView(Body.Span);
            return view.MoveNext() ? view.AsString() : null;
        }
    }

    /// <summary>The namespace that error messages name.</summary>
    public string Namespace => $"{Database}.{Target}";

    public void Clear()
    {
        (RequestId, IsLegacy, WantsReply, Body) = (0, false, true, default);
        Sequences.Clear();
        (Name, Session, TransactionNumber, IsInTransaction, StartsTransaction) = ("", default, null, false, false);
        (Acknowledgements, AcknowledgementMode) = (null, null);
    }
}
