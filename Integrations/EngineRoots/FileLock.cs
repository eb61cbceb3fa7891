using System.Diagnostics;

namespace EngineRoots;

/// <summary>A lock between processes: an open file (flock(2)), released by the kernel when its holder dies.</summary>
internal static class FileLock
{
    private const int WouldBlock = 11; // Linux's EAGAIN, the HResult of a failed flock
    private const int PollMs = 100;

    /// <summary>Waits for the lock; dispose the result to release it. The file is never deleted, because that would allow two holders.</summary>
    /// <param name="path">The lock file; its folder must exist.</param>
    /// <param name="limit">The maximum wait.</param>
    /// <param name="onWait">Called once when another process holds the lock.</param>
    /// <param name="ct">Cancels the wait.</param>
    /// <exception cref="IOException">The file cannot be opened, or the wait timed out.</exception>
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
