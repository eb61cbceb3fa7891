using DocumentDb.Gateway.Bson;

namespace DocumentDb.Gateway.Wire;

/// <summary>One command as received. It points into the connection's buffer and is valid until its reply is sent; a connection reuses one instance.</summary>
internal sealed class CommandRequest
{
    /// <summary>The message's number from the sender, which the reply refers to.</summary>
    public int RequestId { get; set; }

    /// <summary>Whether the command came as OP_QUERY and is answered with OP_REPLY.</summary>
    public bool IsLegacy { get; set; }

    /// <summary>False if the client expects no reply (write concern 0).</summary>
    public bool WantsReply { get; set; }

    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>The sections of kind 1: the argument that each represents, such as <c>documents</c>, and its documents one after the other.</summary>
    public List<(string Name, ReadOnlyMemory<byte> Documents)> Sequences { get; } = [];

    /// <summary>The documents of the first section of kind 1; empty if there is none.</summary>
    public ReadOnlyMemory<byte> Sequence => Sequences.Count > 0 ? Sequences[0].Documents : default;

    /// <summary>The command's name: the first element of the body.</summary>
    public string Name { get; set; } = "";

    /// <summary>The database, from <c>$db</c>.</summary>
    public string Database { get; set; } = "";

    /// <summary>The session's id; empty if there is none.</summary>
    public Guid Session { get; set; }

    /// <summary>The number of the transaction, or of the retryable write, within the session.</summary>
    public long? TransactionNumber { get; set; }

    /// <summary>Whether the command is part of a transaction: <c>autocommit: false</c>.</summary>
    public bool IsInTransaction { get; set; }

    /// <summary>Whether this is the first command of its transaction.</summary>
    public bool StartsTransaction { get; set; }

    /// <summary>The write concern's <c>w</c>, if it is a number.</summary>
    public long? Acknowledgements { get; set; }

    /// <summary>The write concern's <c>w</c>, if it is the name of a mode other than <c>majority</c>.</summary>
    public string? AcknowledgementMode { get; set; }

    /// <summary>Whether the write must happen only once, however often it is sent with the same session and number.</summary>
    public bool IsRetryable => TransactionNumber is not null && !IsInTransaction;

    /// <summary>The command's own value if it is a string: for most commands the collection.</summary>
    public string? Target
    {
        get
        {
            var view = new BsonView(Body.Span);
            return view.MoveNext() ? view.AsString() : null;
        }
    }

    /// <summary>The namespace in error messages.</summary>
    public string Namespace => $"{Database}.{Target}";

    public void Clear()
    {
        (RequestId, IsLegacy, WantsReply, Body) = (0, false, true, default);
        Sequences.Clear();
        (Name, Session, TransactionNumber, IsInTransaction, StartsTransaction) = ("", default, null, false, false);
        (Acknowledgements, AcknowledgementMode) = (null, null);
    }
}
