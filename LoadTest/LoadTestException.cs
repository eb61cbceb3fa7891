namespace LoadTest;

/// <summary>The measurement cannot be made; the message says why, for people.</summary>
internal sealed class LoadTestException(string message) : Exception(message);

/// <summary>The command line is wrong; the message says where.</summary>
internal sealed class UsageException(string message) : Exception(message);
