using System.Globalization;

namespace LoadTest.Statistics;

/// <summary>A sample of all the machine's processes, from /proc (proc_pid_stat(5)).</summary>
internal sealed class ProcessSample
{
    public static readonly string[] Groups = ["nginx", "Order.Api", "Payment.Api", "Stock.Api", "postgres", "redis-server", Ours, Other];

    private const string Ours = "LoadTest", Other = "other";
    private const int LargestMax = 5;
    private const double TicksPerSecond = 100; // USER_HZ, part of the kernel's interface

    private readonly Dictionary<(int Id, long Started), (string Group, string Name, long Ticks, long Bytes)> _processes = [];

    private ProcessSample()
    {
    }

    /// <summary>Reads all processes; those that end meanwhile are skipped.</summary>
    public static ProcessSample Take()
    {
        var sample = new ProcessSample();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) continue;
            try
            {
                var (name, ticks, started, pages) = ParseStat(File.ReadAllText($"{folder}/stat"));
                var group = id == Environment.ProcessId ? Ours : GroupOf(name, () => File.ReadAllText($"{folder}/cmdline"));
                sample._processes.Add((id, started), (group, name, ticks, ReadPss(folder) ?? pages * Environment.SystemPageSize));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The process has ended.
            }
        }

        return sample;
    }

    /// <summary>Gets each group's usage between two samples. Usage of processes that ended in between is unknown.</summary>
    public static IReadOnlyList<ProcessUsage> Between(ProcessSample before, ProcessSample after) =>
    [
        .. Groups.Select(group => new ProcessUsage(group,
            CpuSeconds(before, after._processes.Where(p => p.Value.Group == group)),
            before._processes.Values.Where(p => p.Group == group).Sum(p => p.Bytes),
            after._processes.Values.Where(p => p.Group == group).Sum(p => p.Bytes))),
    ];

    /// <summary>Gets the names of processes without a group that used the most time between two samples.</summary>
    public static IReadOnlyList<OtherProcess> LargestOthers(ProcessSample before, ProcessSample after) =>
    [
        .. after._processes.Where(p => p.Value.Group == Other).GroupBy(p => p.Value.Name).Select(p => new OtherProcess(p.Key, CpuSeconds(before, p)))
            .Where(p => p.CpuSeconds > 0).OrderByDescending(p => p.CpuSeconds).Take(LargestMax),
    ];

    /// <summary>Parses the relevant fields of a stat file: name, user and system time in ticks, start time, resident pages.</summary>
    internal static (string Name, long Ticks, long Started, long Pages) ParseStat(string stat)
    {
        var (open, close) = (stat.IndexOf('(', StringComparison.Ordinal), stat.LastIndexOf(')')); // the name may contain anything, including parentheses
        var fields = stat[(close + 2)..].Split(' '); // the first of these is field 3
        return (stat[(open + 1)..close], Field(14) + Field(15), Field(22), Field(24));

        long Field(int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture);
    }

    // smaps_rollup: proc_pid_smaps(5). Bytes; null if access is denied.
    private static long? ReadPss(string folder)
    {
        try
        {
            var line = File.ReadLines($"{folder}/smaps_rollup").FirstOrDefault(static line => line.StartsWith("Pss:", StringComparison.Ordinal));
            return line is null ? null : 1024 * long.Parse(line.AsSpan(4, line.Length - 6).Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static double CpuSeconds(ProcessSample before, IEnumerable<KeyValuePair<(int, long), (string, string, long Ticks, long)>> processes) =>
        processes.Sum(p => p.Value.Ticks - before._processes.GetValueOrDefault(p.Key).Ticks) / TicksPerSecond;

    /// <summary>Gets a process's group by its name, or by its assembly's name if <c>dotnet</c> runs it.</summary>
    internal static string GroupOf(string name, Func<string> commandLine)
    {
        if (name == "dotnet")
        {
            var assembly = commandLine().Split('\0').FirstOrDefault(argument => argument.EndsWith(".dll", StringComparison.Ordinal));
            name = Path.GetFileNameWithoutExtension(assembly) ?? "";
        }

        return name != Ours && Groups.Contains(name) ? name : Other;
    }
}
