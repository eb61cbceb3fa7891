using EngineRoots;

namespace NativeEngines;

/// <summary>A volume or bind mount of a container resource.</summary>
/// <param name="Source">Volume name or host path; null for an anonymous volume.</param>
/// <param name="Target">Absolute path in the container.</param>
/// <param name="IsVolume">True for a volume, false for a bind mount.</param>
/// <param name="IsReadOnly">Whether the container may only read there.</param>
internal sealed record NativeMount(string? Source, string Target, bool IsVolume, bool IsReadOnly);
