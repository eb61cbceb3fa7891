using LoadTest.Http;
using LoadTest.Statistics;

namespace LoadTest.Driving;

/// <summary>Writes the request of a number; returns its length in bytes. Called by several threads at once.</summary>
internal delegate int WriteRequest(long number, Span<byte> buffer);

/// <summary>
/// Takes the answer to a number, and judges it; status 0: there was none, and what became of the request is not known. Called by one thread at a time.
/// </summary>
internal delegate Verdict TakeAnswer(long number, int status, ReadOnlySpan<byte> body);

/// <summary>Reads the body of a number's answer; false when it is not what was asked for. Called by one thread at a time.</summary>
internal delegate bool ReadBody(long number, ReadOnlySpan<byte> body);

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
