using System.ComponentModel;

namespace EngineRoots;

/// <summary>A helper program failed; the message is its reason in one line.</summary>
internal sealed class ToolException(string message) : Exception(message);
