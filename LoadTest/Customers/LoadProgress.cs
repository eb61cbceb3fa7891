using System.Diagnostics;

namespace LoadTest.Customers;

/// <summary>Says how far a load is: a bar that is redrawn in a terminal, elsewhere a line every ten seconds.</summary>
internal sealed class LoadProgress : IDisposable
{
    private const int BarLength = 30, RateSeconds = 10;
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(500), PlainPause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly long _total, _started = Stopwatch.GetTimestamp();
    private readonly TextWriter _output;
    private readonly bool _isPlain;
    private readonly Timer _timer;
    private readonly Queue<(long At, long Count)> _recent = new();
    private long _count, _bytes;

    public LoadProgress(long total, TextWriter output, bool isPlain)
    {
        (_total, _output, _isPlain) = (total, output, isPlain);
        _timer = new Timer(_ => Show(), null, isPlain ? PlainPause : Redraw, isPlain ? PlainPause : Redraw);
    }

    /// <summary>So many more are in.</summary>
    public void Add(int count, long bytes)
    {
        Interlocked.Add(ref _count, count);
        Interlocked.Add(ref _bytes, bytes);
    }

    /// <summary>The last word.</summary>
    public void End()
    {
        Dispose();
        lock (_gate)
        {
            var seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
            if (!_isPlain) _output.Write("\r" + new string(' ', 100) + "\r");
            _output.WriteLine(
                $"loaded     {_count:N0} customers, {_bytes / 1e9:N2} GB, in {seconds:N1} s: {_count / seconds:N0}/s, {_bytes / 1e6 / seconds:N1} MB/s");
        }
    }

    /// <inheritdoc />
    public void Dispose() => _timer.Dispose();

    /// <summary>The line of a moment.</summary>
    internal static string Line(long count, long total, double perSecond, bool isPlain)
    {
        var part = total > 0 ? (double)count / total : 1;
        var left = perSecond > 0 ? TimeSpan.FromSeconds((total - count) / perSecond) : (TimeSpan?)null;
        var bar = isPlain ? "loading    " : $"[{new string('#', (int)(part * BarLength)).PadRight(BarLength, '.')}] ";
        return $"{bar}{part * 100,5:N1} %  {count:N0} of {total:N0}  {perSecond:N0}/s  "
            + (left is { } time ? $"{(int)time.TotalMinutes}:{time.Seconds:00} left" : "");
    }

    private void Show()
    {
        lock (_gate)
        {
            var (now, count) = (Stopwatch.GetTimestamp(), Volatile.Read(ref _count));
            _recent.Enqueue((now, count));
            while (_recent.Count > 1 && Stopwatch.GetElapsedTime(_recent.Peek().At, now).TotalSeconds > RateSeconds) _recent.Dequeue();
            var (at, before) = _recent.Count > 1 ? _recent.Peek() : (_started, 0);
            var line = Line(count, _total, (count - before) / Math.Max(Stopwatch.GetElapsedTime(at, now).TotalSeconds, 0.001), _isPlain);
            if (_isPlain) _output.WriteLine(line);
            else _output.Write($"\r{line.PadRight(100)}");
        }
    }
}
