namespace LoadTest.Driving;

/// <summary>Writes the request with a number; returns its length in bytes. Called by several threads concurrently.</summary>
internal delegate int WriteRequest(long number, Span<byte> buffer);
