namespace LoadTest.Gateway;

/// <summary>Where nginx is.</summary>
internal static class NginxBinary
{
    /// <summary>The given file, else the one of PATH, else the newest that an AppHost has unpacked into the user's cache.</summary>
    /// <exception cref="LoadTestException">There is none.</exception>
    public static string Find(string? given)
    {
        if (given is not null) return File.Exists(given) ? Path.GetFullPath(given) : throw new LoadTestException($"--nginx: there is no file {given}.");
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(folder => Path.Combine(folder, "nginx")).Concat(Unpacked()).FirstOrDefault(File.Exists)
            ?? throw new LoadTestException(
                "There is no nginx on PATH and none that the AppHost has unpacked; give one by --nginx, or leave the bare hop out by --no-bare.");
    }

    // docs/adr/0003-native-engines.md: root's engines lie in /var/cache, where the user that they run as can read them.
    private static IEnumerable<string> Unpacked()
    {
        string?[] caches =
        [
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME"),
            Environment.IsPrivilegedProcess ? "/var/cache" : null,
            Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        ];
        return caches.Where(cache => !string.IsNullOrEmpty(cache)).Select(cache => new DirectoryInfo(Path.Combine(cache!, "aspire-engines")))
            .Where(engines => engines.Exists).SelectMany(engines => engines.EnumerateDirectories().OrderByDescending(root => root.CreationTimeUtc))
            .Select(root => Path.Combine(root.FullName, "usr/sbin/nginx"));
    }
}
