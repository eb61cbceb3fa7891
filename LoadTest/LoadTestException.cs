namespace LoadTest;

/// <summary>Thrown when a measurement fails; the message is the reason for the user.</summary>
internal sealed class LoadTestException(string message) : Exception(message);
