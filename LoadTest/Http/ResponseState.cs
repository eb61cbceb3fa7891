namespace LoadTest.Http;

/// <summary>How much of a response is there.</summary>
internal enum ResponseState
{
    /// <summary>More bytes have to come.</summary>
    Incomplete,

    /// <summary>All of it.</summary>
    Complete,

    /// <summary>Not a response that this client understands; the connection is of no more use.</summary>
    Invalid,
}
