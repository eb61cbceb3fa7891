using DocumentDb.Gateway.Bson;

namespace DocumentDb.Gateway.Wire;

/// <summary>What became of a message's bytes.</summary>
internal enum Parsed
{
    /// <summary>A command.</summary>
    Command,

    /// <summary>A command whose document is not valid: it gets an error as its reply.</summary>
    Invalid,

    /// <summary>Not a message that this server takes: the connection is closed, because nobody knows where the next one begins or what it means.</summary>
    Unusable,
}
