namespace LoadTest;

/// <summary>The measurement cannot be made; the message says why, for people.</summary>
internal sealed class LoadTestException(string message) : Exception(message);
