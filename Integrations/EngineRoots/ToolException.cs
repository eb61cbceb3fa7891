using System.ComponentModel;

namespace EngineRoots;

/// <summary>Thrown when a helper program fails; the message is the reason in one line.</summary>
internal sealed class ToolException(string message) : Exception(message);
