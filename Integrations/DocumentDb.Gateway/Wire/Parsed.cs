using DocumentDb.Gateway.Bson;

namespace DocumentDb.Gateway.Wire;

/// <summary>The result of parsing a message.</summary>
internal enum Parsed
{
    Command,

    /// <summary>A command with an invalid document; its reply is an error.</summary>
    Invalid,

    /// <summary>Not a message that this server accepts. The connection is closed, because the start of the next message is unknown.</summary>
    Unusable,
}
