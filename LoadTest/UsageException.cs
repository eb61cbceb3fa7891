namespace LoadTest;

/// <summary>Thrown for an invalid command line; the message says what is wrong.</summary>
internal sealed class UsageException(string message) : Exception(message);
