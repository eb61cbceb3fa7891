using Aspire.Hosting.ApplicationModel;

namespace NativeEngines;

/// <summary>Says in one sentence why a resource could not be started and how to fix it; the last annotation counts.</summary>
public sealed class StartFailureAnnotation(string message) : IResourceAnnotation
{
    public string Message { get; } = message;
}
