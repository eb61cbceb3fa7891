namespace LoadTest.Driving;

/// <summary>Reads the body of an answer by its request's number; false if the body is not valid. Called by one thread at a time.</summary>
internal delegate bool ReadBody(long number, ReadOnlySpan<byte> body);
