namespace LoadTest.Driving;

/// <summary>
/// Handles and judges the answer to a request by its number; status 0 means no answer and an unknown outcome. Called by one thread at a time.
/// </summary>
internal delegate Verdict TakeAnswer(long number, int status, ReadOnlySpan<byte> body);
