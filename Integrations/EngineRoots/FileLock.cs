using System.Diagnostics;

namespace EngineRoots;

/// <summary>A lock between processes: an open file (flock(2)) that the kernel releases when its holder dies.</summary>
internal static class FileLock
{
    private const int WouldBlock = 11; // EAGAIN of Linux, the HResult of a refused flock
    private const int PollMs = 100;

    /// <summary>Waits for the lock; dispose the result to release it. The file itself stays: deleting it would let two holders in.</summary>
    /// <param name="path">The lock file; its folder must exist.</param>
    /// <param name="limit">How long to wait at most.</param>
    /// <param name="onWait">Called once when another process holds the lock.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="IOException">The file cannot be opened, or the wait was too long.</exception>
    public static IDisposable Acquire(string path, TimeSpan limit, Action onWait, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e.HResult == WouldBlock)
            {
                if (isFirst) onWait();
                if (clock.Elapsed > limit) throw new IOException($"another process has held {path} for more than {limit.TotalSeconds:0} s", e);
                if (ct.WaitHandle.WaitOne(PollMs)) ct.ThrowIfCancellationRequested();
            }
        }
    }
}
