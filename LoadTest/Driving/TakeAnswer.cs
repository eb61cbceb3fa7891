namespace LoadTest.Driving;

/// <summary>
/// Takes the answer to a number, and judges it; status 0: there was none, and what became of the request is not known. Called by one thread at a time.
/// </summary>
internal delegate Verdict TakeAnswer(long number, int status, ReadOnlySpan<byte> body);
