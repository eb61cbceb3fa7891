using Spectre.Console;

namespace LoadTest.Customers;

/// <summary>Shows a load's progress: a bar in a terminal, elsewhere a line every ten seconds.</summary>
internal static class LoadProgress
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Runs a load and shows its progress.</summary>
    /// <param name="output">The console.</param>
    /// <param name="total">The number of customers to load.</param>
    /// <param name="load">The load. Its argument must be called with the size of each inserted block; several threads may call it concurrently.</param>
    public static async Task WatchAsync(IAnsiConsole output, long total, Func<Action<int>, Task> load)
    {
        if (output.Profile.Capabilities.Interactive)
        {
            var columns = new ProgressColumn[] { new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn() };
            await output.Progress().Columns(columns).StartAsync(context =>
            {
                var task = context.AddTask("loading", maxValue: total);
                return load(added => task.Increment(added));
            });
            return;
        }

        var (count, before) = (0L, 0L);
        await using var lines = new Timer(_ =>
        {
            var now = Volatile.Read(ref count);
            output.WriteLine(Line(now, total, (now - before) / Pause.TotalSeconds));
            before = now;
        }, null, Pause, Pause);
        await load(added => Interlocked.Add(ref count, added));
    }

    internal static string Line(long count, long total, double perSecond)
    {
        var left = perSecond > 0 ? TimeSpan.FromSeconds((total - count) / perSecond) : (TimeSpan?)null;
        return $"loading    {(double)count / total * 100,5:N1} %  {count:N0} of {total:N0}  {perSecond:N0}/s  "
            + (left is { } time ? $"{(int)time.TotalMinutes}:{time.Seconds:00} left" : "");
    }
}
