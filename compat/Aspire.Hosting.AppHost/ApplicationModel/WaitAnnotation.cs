namespace Aspire.Hosting.ApplicationModel;

/// <summary>The resource starts only when another one is where it should be.</summary>
public sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    /// <summary>The other resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Where it should be.</summary>
    public WaitType WaitType { get; } = waitType;

    /// <summary>The exit code that counts as completion.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>What to do when the other resource failed; null for <see cref="ResourceNotificationServiceOptions.DefaultWaitBehavior"/>.</summary>
    public WaitBehavior? WaitBehavior { get; init; }
}

/// <summary>What to wait for.</summary>
public enum WaitType
{
    /// <summary>Running, healthy, and its ready event handled.</summary>
    WaitUntilHealthy,

    /// <summary>Ended with the expected exit code.</summary>
    WaitForCompletion,

    /// <summary>Running.</summary>
    WaitUntilStarted,
}

/// <summary>What waiting does when the other resource ended or did not start.</summary>
public enum WaitBehavior
{
    /// <summary>Goes on waiting: somebody may start it again.</summary>
    WaitOnResourceUnavailable,

    /// <summary>Gives up with an error.</summary>
    StopOnResourceUnavailable,
}
