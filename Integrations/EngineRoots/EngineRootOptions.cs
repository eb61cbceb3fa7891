namespace EngineRoots;

/// <summary>Where an engine root lies and what it is made from.</summary>
internal sealed record EngineRootOptions
{
    /// <summary>The Debian suite whose packages are used.</summary>
    public string Suite { get; init; } = "forky";

    /// <summary>The folder that holds engine roots; must be one that <see cref="EngineUser"/> can enter.</summary>
    public string CacheDirectory { get; init; } = Path.Combine(EngineUser.Folder("XDG_CACHE_HOME", ".cache", "/var/cache"), "aspire-engines");

    /// <summary>The folder of apt's source files.</summary>
    public string AptDirectory { get; init; } = "/etc/apt";
}
