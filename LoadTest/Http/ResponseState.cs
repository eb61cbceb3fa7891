namespace LoadTest.Http;

/// <summary>How much of a response has arrived.</summary>
internal enum ResponseState
{
    /// <summary>More bytes must arrive.</summary>
    Incomplete,

    Complete,

    /// <summary>Not a response that this client understands; the connection is no longer usable.</summary>
    Invalid,
}
