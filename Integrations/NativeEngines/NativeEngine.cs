using Aspire.Hosting.ApplicationModel;
using EngineRoots;

namespace NativeEngines;

/// <summary>A converted container resource with its companion process.</summary>
internal sealed class NativeEngine
{
    // env becomes the engine (exec), so the executable's process id is the engine's. The arguments are known only at the start.
    private const string Command = "/usr/bin/env";

    private CustomResourceSnapshot? _process, _front;

    public NativeEngine(ContainerResource container, string image, IReadOnlyDictionary<int, int> ports, string runFolder)
    {
        (Container, Image, Ports, RunFolder) = (container, image, ports, runFolder);
        Front = Process = new ExecutableResource($"{container.Name}-engine", Command, runFolder);
    }

    public ContainerResource Container { get; }

    public string Image { get; }

    /// <summary>The container's ports, each with its port on this machine.</summary>
    public IReadOnlyDictionary<int, int> Ports { get; }

    /// <summary>The resource's part of the run's folder.</summary>
    public string RunFolder { get; }

    public ExecutableResource Process { get; }

    /// <summary>The resource that accepts clients' connections: the companion, or a gateway in front of it.</summary>
    public IResource Front { get; set; }

    /// <summary>
    /// Records a process's state and returns the resource's: the engine's if it has ended, else that of the resource that accepts connections.
    /// </summary>
    public CustomResourceSnapshot? Follow(ResourceEvent change)
    {
        if (change.Resource == Process) _process = change.Snapshot;
        if (change.Resource == Front) _front = change.Snapshot;
        return KnownResourceStates.TerminalStates.Contains(_process?.State?.Text) ? _process : _front;
    }

    public string? State { get; set; }

    public bool WasAnnounced { get; set; }

    /// <summary>Describes the program, for the dashboard's Source column.</summary>
    public string Describe(EngineRoot? root)
    {
        var (program, package) = NativeContainers.ProgramOf(Image);
        return root?.Versions.GetValueOrDefault(package) is { } version ? $"{program} {Upstream(version)} (native)" : $"{program} (native)";
    }

    /// <summary>Gets the upstream version: Debian's <c>5:8.0.6-3</c> is 8.0.6.</summary>
    private static string Upstream(string version) => version[(version.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('-')[0];
}
