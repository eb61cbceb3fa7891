namespace LoadTest.Driving;

/// <summary>Reads the body of a number's answer; false when it is not what was asked for. Called by one thread at a time.</summary>
internal delegate bool ReadBody(long number, ReadOnlySpan<byte> body);
