namespace LoadTest.Gateway;

internal static class NginxBinary
{
    /// <summary>Finds nginx: the given file, else the one on the PATH, else the newest that an AppHost unpacked into the user's cache.</summary>
    /// <exception cref="LoadTestException">nginx was not found.</exception>
    public static string Find(string? given)
    {
        if (given is not null) return File.Exists(given) ? Path.GetFullPath(given) : throw new LoadTestException($"--nginx: file {given} not found.");
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(folder => Path.Combine(folder, "nginx")).Concat(Unpacked()).FirstOrDefault(File.Exists)
            ?? throw new LoadTestException(
                "nginx not found on the PATH or among the AppHost's unpacked engines; give --nginx, or skip the bare hop with --no-bare.");
    }

    // docs/adr/0003-native-engines.md: root's engines are in /var/cache, where the engines' user can read them.
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
