using LoadTest.Statistics;

namespace LoadTest.Reports;

/// <summary>How a run goes, each second: a few lines that are redrawn in a terminal, elsewhere a line.</summary>
internal sealed class LiveView(TextWriter output, bool isPlain, int totalSeconds)
{
    private const int BarLength = 30, CurveLength = 60;
    private const string Levels = "▁▂▃▄▅▆▇█";

    private readonly Queue<double> _rates = new(), _latencies = new();
    private bool _isDrawn;
    private long _unexpected, _failed;

    /// <summary>Shows a second.</summary>
    public void Show(SecondStatistics second)
    {
        _unexpected += second.Refused;
        _failed += second.Failed;
        if (isPlain)
        {
            output.Print(second);
            return;
        }

        var part = Math.Clamp((double)second.Second / totalSeconds, 0, 1);
        if (_isDrawn) output.Write("\e[4F\e[J"); // four lines up, and all below erased
        _isDrawn = true;
        output.WriteLine($"{TextReport.PhaseName(second.Phase),-10} [{new string('#', (int)(part * BarLength)).PadRight(BarLength, '.')}]"
            + $" {second.Second} of {totalSeconds} s{(second.Waiting > 0 ? $", {second.Waiting:N0} waiting" : "")}");
        output.WriteLine($"rate       {$"{second.Succeeded:N0}/s",-34} {Curve(_rates, second.Succeeded)}");
        var latency = $"p50 {second.Median / 1e6:N1} ms, p99 {second.Percentile99 / 1e6:N1} ms";
        output.WriteLine($"latency    {latency,-34} {Curve(_latencies, second.Percentile99)}");
        output.WriteLine($"errors     {_unexpected:N0} unexpected, {_failed:N0} failed");
    }

    private static string Curve(Queue<double> values, double next)
    {
        values.Enqueue(next);
        if (values.Count > CurveLength) values.Dequeue();
        var max = values.Max();
        return string.Concat(values.Select(value => Levels[max > 0 ? (int)(value / max * (Levels.Length - 1)) : 0]));
    }
}
