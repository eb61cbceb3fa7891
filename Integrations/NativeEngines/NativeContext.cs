using System.Diagnostics;

using EngineRoots;

namespace NativeEngines;

/// <summary>The state that all recipes share while they prepare one container resource.</summary>
internal sealed record NativeContext(NativeContainerSpec Spec, EngineRoot Root, Action<string> Log, CancellationToken Cancellation)
{
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(8), OrphanLimit = TimeSpan.FromSeconds(0.5);
    private const int PollMs = 50;

    /// <summary>A private folder of this resource that is deleted after the run.</summary>
    public string Scratch { get; } = NativeContainers.ScratchPath(Spec.SessionDirectory, Spec.Name);

    public string Variable(string name) => Spec.Environment.GetValueOrDefault(name, "");

    public int HostPort(int containerPort) => Spec.Ports.GetValueOrDefault(containerPort, containerPort);

    /// <summary>Creates <see cref="Scratch"/>, and lets the engines' user pass through the session's folder (which stays unreadable).</summary>
    public void MakeScratch()
    {
        EngineUser.LetPass(Spec.SessionDirectory);
        RequireOpen(Spec.SessionDirectory);
        EngineUser.Own(Scratch, Cancellation);
    }

    /// <summary>Creates the exception that tells the user why this resource cannot run.</summary>
    public EngineException Trouble(string why) => new($"{Spec.Name}: {why}.");

    /// <summary>Gets the folder for a container's data at or below <paramref name="target"/>: a volume's, a bind mount's, or else a temporary one.</summary>
    public (string Folder, bool IsKept) DataFolder(string target)
    {
        var mount = Spec.Mounts.FirstOrDefault(m => IsAtOrBelow(m.Target, target));
        // A mounted configuration file is used if the command names it.
        foreach (var other in Spec.Mounts.Where(m => m != mount && !Spec.Args.Any(a => a.Contains(m.Target, StringComparison.Ordinal))))
            Log($"The native engine ignores the mount at {other.Target}.");
        if (mount?.Source is null) return (Path.Combine(Scratch, "volume"), false);
        var folder = mount.IsVolume ? NativeContainers.VolumePath(mount.Source) : Path.GetFullPath(mount.Source);
        if (!Directory.Exists(Path.GetDirectoryName(folder))) Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        RequireOpen(Path.GetDirectoryName(folder)!);
        return (folder, true);
    }

    /// <summary>
    /// Waits until no process uses a data folder. An engine that is still stopping gets a moment. Children of a killed engine get a shorter one and are then
    /// killed: they can only end, and must be gone before the next engine starts.
    /// </summary>
    /// <param name="data">The engine's working folder.</param>
    /// <param name="isEngine">Distinguishes the engine's main process from its children.</param>
    /// <exception cref="EngineException">Another engine is using the data.</exception>
    public void WaitUntilReleased(string data, Func<int, bool> isEngine)
    {
        var clock = Stopwatch.StartNew();
        while (ProcFile.ProcessesIn(data) is { Count: > 0 } processes)
        {
            if (processes.FirstOrDefault(isEngine) is var engine and not 0)
            {
                if (clock.Elapsed > ReleaseLimit)
                    throw Trouble($"its data in {data} is in use by process {engine}; stop the other AppHost, or use another volume");
            }
            else if (clock.Elapsed > OrphanLimit)
            {
                foreach (var orphan in processes) Kill(orphan);
            }

            if (Cancellation.WaitHandle.WaitOne(PollMs)) Cancellation.ThrowIfCancellationRequested();
        }
    }

    public static void Kill(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // Already gone.
        }
    }

    public static bool IsAtOrBelow(string path, string folder) => path.TrimEnd('/') == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);

    private void RequireOpen(string folder)
    {
        if (EngineUser.FirstClosed(folder) is { } closed)
            throw Trouble($"the engines run as the user nobody, who cannot enter {closed}; allow it with chmod o+x, or do not run the AppHost as root");
    }
}
