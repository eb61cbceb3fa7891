using System.Diagnostics;

namespace Customer.Api.Metrics;

/// <summary>Resource usage of this process.</summary>
internal sealed record ProcessFigures(
    double UptimeSeconds, double CpuSeconds, long WorkingSetBytes, long ManagedHeapBytes, int Collections, double PauseSeconds, int Threads, long QueuedWork)
{
    /// <param name="startedAt">Timestamp of the service's start.</param>
    public static ProcessFigures Now(long startedAt)
    {
        using var process = Process.GetCurrentProcess();
        var collections = 0;
        for (var generation = 0; generation <= GC.MaxGeneration; generation++) collections += GC.CollectionCount(generation);
        return new(
            Stopwatch.GetElapsedTime(startedAt).TotalSeconds, process.TotalProcessorTime.TotalSeconds, process.WorkingSet64, GC.GetTotalMemory(false),
            collections, GC.GetTotalPauseDuration().TotalSeconds, process.Threads.Count, ThreadPool.PendingWorkItemCount);
    }
}
