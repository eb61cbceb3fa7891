namespace EngineRoots;

/// <summary>An engine cannot be prepared. The message is one sentence for the user: what failed, why, and what to do.</summary>
internal sealed class EngineException(string message) : Exception(message);
