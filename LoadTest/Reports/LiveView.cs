using Spectre.Console;
using Spectre.Console.Rendering;

namespace LoadTest.Reports;

/// <summary>Shows a run's progress each second: a few redrawn lines in a terminal, elsewhere one line.</summary>
internal sealed class LiveView
{
    private const int CurveLength = 60;
    private const string Levels = "▁▂▃▄▅▆▇█";

    private readonly Queue<double> _rates = new(), _latencies = new();
    private SecondStatistics _last;
    private long _unexpected, _failed;

    private LiveView()
    {
    }

    /// <summary>Runs the load and shows its progress.</summary>
    /// <param name="output">The console.</param>
    /// <param name="isPlain">Whether to print a line per second even in a terminal.</param>
    /// <param name="totalSeconds">The planned duration in seconds.</param>
    /// <param name="run">The run; its argument must be called after each second.</param>
    public static LoadStatistics Watch(IAnsiConsole output, bool isPlain, int totalSeconds, Func<Action<SecondStatistics>, LoadStatistics> run)
    {
        if (isPlain || !output.Profile.Capabilities.Interactive) return run(output.Print);
        var view = new LiveView();
        // No timer refreshes the view: ten times a second would take CPU time from the shop.
        return output.Progress().AutoRefresh(false).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new ElapsedTimeColumn())
            .UseRenderHook((bar, _) => new Rows(bar, view.Lines())).Start(context =>
            {
                var task = context.AddTask(TextReport.PhaseName(LoadPhase.Warmup), maxValue: totalSeconds);
                return run(second =>
                {
                    view.Take(second);
                    task.Description = TextReport.PhaseName(second.Phase);
                    task.Value = second.Second;
                    context.Refresh();
                });
            });
    }

    private void Take(SecondStatistics second)
    {
        _last = second;
        _unexpected += second.Refused;
        _failed += second.Failed;
        Add(_rates, second.Succeeded);
        Add(_latencies, second.Percentile99);
    }

    private Grid Lines() => new Grid().AddColumns(3)
        .AddRow("rate", $"{_last.Succeeded:N0}/s{(_last.Waiting > 0 ? $", {_last.Waiting:N0} waiting" : "")}", Curve(_rates))
        .AddRow("latency", $"p50 {_last.Median / 1e6:N1} ms, p99 {_last.Percentile99 / 1e6:N1} ms", Curve(_latencies))
        .AddRow("errors", $"{_unexpected:N0} unexpected, {_failed:N0} failed", "");

    private static void Add(Queue<double> values, double next)
    {
        values.Enqueue(next);
        if (values.Count > CurveLength) values.Dequeue();
    }

    private static string Curve(Queue<double> values)
    {
        var max = values.DefaultIfEmpty().Max();
        return string.Concat(values.Select(value => Levels[max > 0 ? (int)(value / max * (Levels.Length - 1)) : 0]));
    }
}
