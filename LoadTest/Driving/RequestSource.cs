namespace LoadTest.Driving;

/// <summary>
/// Requests 0 to <paramref name="Count"/> - 1. The driver sends each at most once, in this order, and reports an answer for each that it sent.
/// </summary>
internal sealed record RequestSource(long Count, WriteRequest Write, TakeAnswer Answered)
{
    /// <summary>
    /// Prepares the request with the next number; false if there is none. If null, there always is a next request. Called by one thread at a time, before the
    /// request is written. In a closed loop it is also called after the window, so that visits under way can finish.
    /// </summary>
    public Func<long, bool>? Begin { get; init; }

    /// <summary>The maximum size of a request, in bytes.</summary>
    public int RequestBytesMax { get; init; } = RequestTemplate.BytesMax;
}
