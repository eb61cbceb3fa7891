namespace LoadTest.Driving;

/// <summary>Writes the request of a number; returns its length in bytes. Called by several threads at once.</summary>
internal delegate int WriteRequest(long number, Span<byte> buffer);
