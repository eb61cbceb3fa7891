namespace EngineRoots;

/// <summary>An engine root's location and source.</summary>
internal sealed record EngineRootOptions
{
    /// <summary>The Debian suite whose packages are used.</summary>
    public string Suite { get; init; } = "forky";

    /// <summary>The folder of engine roots; <see cref="EngineUser"/> must be able to enter it.</summary>
    public string CacheDirectory { get; init; } = Path.Combine(EngineUser.Folder("XDG_CACHE_HOME", ".cache", "/var/cache"), "aspire-engines");

    /// <summary>Whether the root also has Patroni and etcd, which replicate Postgres over several machines (30 MB more to download).</summary>
    public bool HasCluster { get; init; }

    /// <summary>The folder of apt's source files.</summary>
    public string AptDirectory { get; init; } = "/etc/apt";
}
