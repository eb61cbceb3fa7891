namespace LoadTest.Driving;

/// <summary>Requests 0 to <paramref name="Count"/> - 1. The driver sends each at most once, in this order, and answers each that it sent.</summary>
internal sealed record RequestSource(long Count, WriteRequest Write, TakeAnswer Answered)
{
    /// <summary>
    /// Says whether there is a request of the next number, and prepares it; without it there always is. Called by one thread at a time, before the request is
    /// written. In a closed loop it is also asked after the window, so that what was begun can be ended.
    /// </summary>
    public Func<long, bool>? Begin { get; init; }

    /// <summary>Room that a request needs at most, in bytes.</summary>
    public int RequestBytesMax { get; init; } = RequestTemplate.BytesMax;
}
