#pragma warning disable CA1416 // File modes: engine roots exist on Debian only, and no other system runs this code.

namespace EngineRoots;

/// <summary>
/// The user that engines run as. Postgres refuses to run as root and no engine needs root, so a root AppHost drops to <c>nobody</c>; an ordinary user's engines
/// run as that user.
/// </summary>
internal static class EngineUser
{
    private const int UnprivilegedId = 65534;

    private static readonly string[] DropToNobody = [$"--reuid={UnprivilegedId}", $"--regid={UnprivilegedId}", "--clear-groups"];

    /// <summary>The setpriv(1) arguments that switch to this user; none for an ordinary user.</summary>
    public static IReadOnlyList<string> SetprivIdentity => Environment.IsPrivilegedProcess ? DropToNobody : [];

    /// <summary>Creates the command that runs a program as this user, in the same process (setpriv only calls exec).</summary>
    public static NativeProcess Launch(string fileName, IReadOnlyList<string> arguments, string workingDirectory) => Environment.IsPrivilegedProcess
        ? new("setpriv", [.. DropToNobody, "--", fileName, .. arguments], new Dictionary<string, string>(), workingDirectory)
        : new(fileName, arguments, new Dictionary<string, string>(), workingDirectory);

    /// <summary>
    /// Gets the folder for files of one kind: the XDG variable's value if it is set, else <paramref name="belowHome"/> in the user's home. The unprivileged
    /// user cannot enter root's home, so root uses <paramref name="system"/> unless the variable names a folder that others may enter.
    /// </summary>
    public static string Folder(string xdgVariable, string belowHome, string system)
    {
        var xdg = Environment.GetEnvironmentVariable(xdgVariable);
        var isSet = Path.IsPathFullyQualified(xdg ?? "");
        if (Environment.IsPrivilegedProcess) return isSet && FirstClosed(xdg!) is null ? xdg! : system;
        return isSet ? xdg! : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), belowHome);
    }

    /// <summary>Lets this user pass through a folder owned by root, whatever its umask; other users' read rights do not change.</summary>
    public static void LetPass(string folder)
    {
        if (Environment.IsPrivilegedProcess) File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
    }

    /// <summary>Creates a private folder (mode 0700) of this user, or takes ownership of an existing one with its contents.</summary>
    public static void Own(string directory, CancellationToken ct)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // -h: the unprivileged user may have planted links inside, so they are never followed.
        if (Environment.IsPrivilegedProcess) Tool.Run("chown", ["-R", "-h", $"{UnprivilegedId}:{UnprivilegedId}", directory], new(), ct);
    }

    /// <summary>Writes a file that only this user (and root) can read; it is never readable by others, not even briefly.</summary>
    public static void WriteSecret(string path, string content, CancellationToken ct)
    {
        File.Delete(path);
        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Private };
        using (var writer = new StreamWriter(path, options)) writer.Write(content);
        if (Environment.IsPrivilegedProcess) Tool.Run("chown", [$"{UnprivilegedId}:{UnprivilegedId}", path], new(), ct);
    }

    /// <summary>
    /// Finds the first folder on the path to <paramref name="path"/> that this user cannot enter; null if there is none. Missing folders count as open.
    /// </summary>
    public static string? FirstClosed(string path)
    {
        if (!Environment.IsPrivilegedProcess) return null;
        var closed = (string?)null;
        for (var folder = Path.GetFullPath(path); folder is not null; folder = Path.GetDirectoryName(folder))
            if (Directory.Exists(folder) && !File.GetUnixFileMode(folder).HasFlag(UnixFileMode.OtherExecute)) closed = folder;
        return closed;
    }
}
