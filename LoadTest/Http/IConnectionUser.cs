namespace LoadTest.Http;

/// <summary>
/// Handles events of connections. All three are called on the sockets' thread, or on the thread that called <see cref="HttpConnection.Connect"/>.
/// </summary>
internal interface IConnectionUser
{
    /// <summary>The connection is open and may send.</summary>
    void Connected(HttpConnection connection);

    /// <summary>
    /// An answer is complete. The body is only valid during the call. The next request may be sent during it, unless the server ends the connection.
    /// </summary>
    void Answered(HttpConnection connection, int status, ReadOnlySpan<byte> body, bool isLast);

    /// <summary>The connection is closed: it could not connect, or it ended, with or without a request in flight.</summary>
    void Closed(HttpConnection connection, bool wasConnected);
}
