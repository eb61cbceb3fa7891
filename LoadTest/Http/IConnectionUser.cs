namespace LoadTest.Http;

/// <summary>Who uses connections. All three come on the sockets' thread, or on the one that called <see cref="HttpConnection.Connect"/>.</summary>
internal interface IConnectionUser
{
    /// <summary>It is connected and may send.</summary>
    void Connected(HttpConnection connection);

    /// <summary>
    /// An answer is complete. The body is valid during the call only; the next request may be sent in it, unless the server ends the connection.
    /// </summary>
    void Answered(HttpConnection connection, int status, ReadOnlySpan<byte> body, bool isLast);

    /// <summary>It is closed: it could not be connected, or it ended, with or without a request on the way.</summary>
    void Closed(HttpConnection connection, bool wasConnected);
}
