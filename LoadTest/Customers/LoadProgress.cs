using Spectre.Console;

namespace LoadTest.Customers;

/// <summary>Says how far a load is: a bar in a terminal, elsewhere a line every ten seconds.</summary>
internal static class LoadProgress
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Shows a load.</summary>
    /// <param name="output">Where.</param>
    /// <param name="total">How many customers it has.</param>
    /// <param name="load">The load; it gets the action to call with the size of each block that is in. Several threads may call it at once.</param>
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

    /// <summary>The line of a moment.</summary>
    internal static string Line(long count, long total, double perSecond)
    {
        var left = perSecond > 0 ? TimeSpan.FromSeconds((total - count) / perSecond) : (TimeSpan?)null;
        return $"loading    {(double)count / total * 100,5:N1} %  {count:N0} of {total:N0}  {perSecond:N0}/s  "
            + (left is { } time ? $"{(int)time.TotalMinutes}:{time.Seconds:00} left" : "");
    }
}
