using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Adds environment variables just before the start.</summary>
public class EnvironmentCallbackAnnotation : IResourceAnnotation
{
    /// <summary>Adds by a callback.</summary>
    public EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> callback) => Callback = callback;

    /// <summary>Adds by a callback.</summary>
    public EnvironmentCallbackAnnotation(Action<EnvironmentCallbackContext> callback) => Callback = c => { callback(c); return Task.CompletedTask; };

    /// <summary>The callback.</summary>
    public Func<EnvironmentCallbackContext, Task> Callback { get; }
}

/// <summary>What an environment callback sees.</summary>
public class EnvironmentCallbackContext(DistributedApplicationExecutionContext executionContext, IResource resource,
    Dictionary<string, object>? environmentVariables = null, CancellationToken cancellationToken = default)
{
    /// <summary>The variables so far; values are strings or <see cref="IValueProvider"/>s.</summary>
    public Dictionary<string, object> EnvironmentVariables { get; } = environmentVariables ?? [];

    /// <summary>Run or publish.</summary>
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Cancelled when the application stops.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>The resource's log.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;
}

/// <summary>Adds command line arguments just before the start.</summary>
public class CommandLineArgsCallbackAnnotation : IResourceAnnotation
{
    /// <summary>Adds by a callback.</summary>
    public CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> callback) => Callback = callback;

    /// <summary>Adds by a callback.</summary>
    public CommandLineArgsCallbackAnnotation(Action<IList<object>> callback) => Callback = c => { callback(c.Args); return Task.CompletedTask; };

    /// <summary>The callback.</summary>
    public Func<CommandLineArgsCallbackContext, Task> Callback { get; }
}

/// <summary>What an argument callback sees.</summary>
public sealed class CommandLineArgsCallbackContext(IList<object> args, IResource resource, CancellationToken cancellationToken = default)
{
    /// <summary>The arguments so far; strings or <see cref="IValueProvider"/>s.</summary>
    public IList<object> Args { get; } = args;

    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>Cancelled when the application stops.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;
}

/// <summary>Which image a container runs.</summary>
public sealed class ContainerImageAnnotation : IResourceAnnotation
{
    /// <summary>The registry; null for the engine's default.</summary>
    public string? Registry { get; set; }

    /// <summary>The image without registry and tag.</summary>
    public required string Image { get; set; }

    /// <summary>The tag.</summary>
    public string? Tag { get; set; }

    internal string FullName => (Registry is null ? "" : Registry + "/") + Image + (Tag is null ? "" : ":" + Tag);
}

/// <summary>What a mount is.</summary>
public enum ContainerMountType
{
    /// <summary>A file or directory of the host.</summary>
    BindMount,

    /// <summary>A volume that outlives the container.</summary>
    Volume,
}

/// <summary>Something mounted into a container.</summary>
public sealed class ContainerMountAnnotation : IResourceAnnotation
{
    /// <summary>Describes a mount; a volume without a source is anonymous and gone with the container.</summary>
    public ContainerMountAnnotation(string? source, string target, ContainerMountType type, bool isReadOnly)
    {
        if (type == ContainerMountType.BindMount && string.IsNullOrEmpty(source)) throw new ArgumentException("A bind mount needs a source.", nameof(source));
        if (type == ContainerMountType.BindMount && !Path.IsPathRooted(source))
            throw new ArgumentException("A bind mount's source must be a full path.", nameof(source));
        Source = source;
        Target = target;
        Type = type;
        IsReadOnly = isReadOnly;
    }

    /// <summary>The host's path, or the volume's name.</summary>
    public string? Source { get; }

    /// <summary>The path inside.</summary>
    public string Target { get; }

    /// <summary>What it is.</summary>
    public ContainerMountType Type { get; }

    /// <summary>Whether it can only be read.</summary>
    public bool IsReadOnly { get; }
}

/// <summary>A file or folder that is made inside a container when it is created.</summary>
public abstract class ContainerFileSystemItem
{
    /// <summary>The name without any folder.</summary>
    public string Name { get; set; } = "";

    /// <summary>The permissions; 0 for the container engine's default.</summary>
    public UnixFileMode Mode { get; set; }
}

/// <summary>A file made inside a container.</summary>
public sealed class ContainerFile : ContainerFileSystemItem
{
    /// <summary>The text in it.</summary>
    public string? Contents { get; set; }
}

/// <summary>What a callback that makes files sees.</summary>
public sealed class ContainerFileSystemCallbackContext
{
    /// <summary>The host's services.</summary>
    public required IServiceProvider ServiceProvider { get; init; }

    /// <summary>The resource.</summary>
    public required IResource Model { get; init; }
}

/// <summary>Makes files inside a container when it is created.</summary>
public sealed class ContainerFileSystemCallbackAnnotation : IResourceAnnotation
{
    /// <summary>The folder inside.</summary>
    public required string DestinationPath { get; init; }

    /// <summary>Makes the files.</summary>
    public required Func<ContainerFileSystemCallbackContext, CancellationToken, Task<IEnumerable<ContainerFileSystemItem>>> Callback { get; init; }
}

/// <summary>How many instances run.</summary>
public sealed class ReplicaAnnotation(int replicas = 1) : IResourceAnnotation
{
    /// <summary>One or more.</summary>
    public int Replicas { get; } = replicas;
}

/// <summary>Which registered health check tells the resource's health.</summary>
public class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    /// <summary>The check's name.</summary>
    public string Key { get; } = key;
}

/// <summary>A relation to another resource, for the eyes.</summary>
public sealed class ResourceRelationshipAnnotation(IResource resource, string type) : IResourceAnnotation
{
    /// <summary>The other one.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>What it is to this one: Reference, WaitFor, Parent, or anything.</summary>
    public string Type { get; } = type;
}

/// <summary>The resource starts only when somebody says so.</summary>
public sealed class ExplicitStartupAnnotation : IResourceAnnotation;

/// <summary>Telemetry goes to the dashboard.</summary>
public class OtlpExporterAnnotation : IResourceAnnotation;

/// <summary>Which launch profile is used.</summary>
public sealed class LaunchProfileAnnotation(string launchProfileName) : IResourceAnnotation
{
    /// <summary>The profile's name.</summary>
    public string LaunchProfileName { get; } = launchProfileName;
}

/// <summary>A URL shown beside the resource.</summary>
public sealed class ResourceUrlAnnotation : IResourceAnnotation
{
    /// <summary>The URL.</summary>
    public required string Url { get; set; }

    /// <summary>What is shown instead of the URL.</summary>
    public string? DisplayText { get; set; }

    /// <summary>The endpoint that it belongs to.</summary>
    public EndpointReference? Endpoint { get; init; }
}

/// <summary>The resource is an existing server, named by <c>ConnectionStrings:NAME</c> in the configuration; nothing is started for it.</summary>
internal sealed record ExternalConnectionStringAnnotation(string ConnectionString) : IResourceAnnotation;

/// <summary>Changes a URL of an endpoint before it is shown.</summary>
internal sealed record EndpointUrlCallbackAnnotation(string EndpointName, Action<ResourceUrlAnnotation> Callback) : IResourceAnnotation;
