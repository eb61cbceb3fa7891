namespace EngineRoots;

/// <summary>Thrown when an engine cannot be prepared. The message is one sentence for the user: what failed, why, and how to fix it.</summary>
internal sealed class EngineException(string message) : Exception(message);
