using EngineRoots;

namespace NativeEngines;

/// <summary>The parts of a container resource that a native engine needs.</summary>
/// <param name="Name">Resource name, used for folder names and messages.</param>
/// <param name="Image">Image name, with or without registry and tag.</param>
/// <param name="Entrypoint">Entrypoint; null for the image's own.</param>
/// <param name="Args">Arguments after the entrypoint.</param>
/// <param name="Environment">The container's variables.</param>
/// <param name="Mounts">Volumes and bind mounts.</param>
/// <param name="Ports">Container port to host port on 127.0.0.1.</param>
/// <param name="SessionDirectory">An existing folder that is deleted after the run.</param>
internal sealed record NativeContainerSpec(
    string Name, string Image, string? Entrypoint, IReadOnlyList<string> Args, IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<NativeMount> Mounts, IReadOnlyDictionary<int, int> Ports, string SessionDirectory);
