using System.Runtime.InteropServices;

namespace LoadTest.Reports;

internal sealed record MeasuredMachine(string Processor, int Cores, double MemoryGiB, string System, string Runtime)
{
    /// <summary>The machine that this program runs on.</summary>
    public static MeasuredMachine Current { get; } = new(ProcessorName(), Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30), 1),
        RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription);

    private static string ProcessorName() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";
}
