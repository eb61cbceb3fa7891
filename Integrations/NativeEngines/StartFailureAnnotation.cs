using Aspire.Hosting.ApplicationModel;

namespace NativeEngines;

/// <summary>Says in one sentence why a resource could not be started, and what to do; the last one counts.</summary>
public sealed class StartFailureAnnotation(string message) : IResourceAnnotation
{
    /// <summary>The sentence.</summary>
    public string Message { get; } = message;
}
