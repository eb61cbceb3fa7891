using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A line of a resource's console.</summary>
/// <param name="LineNumber">Counts the lines of one stream from 1.</param>
/// <param name="Content">The line; it starts with an RFC 3339 time in UTC and a space where the time is known.</param>
/// <param name="IsErrorMessage">True when it came from the error stream.</param>
public readonly record struct LogLine(int LineNumber, string Content, bool IsErrorMessage);

/// <summary>Where the console output of processes and containers comes from.</summary>
internal interface IConsoleLogSource
{
    /// <summary>Gives the output of an instance from the beginning, oldest line first, each line with its time in front. Nothing for an instance without
    /// output.</summary>
    /// <param name="resourceId">The instance.</param>
    /// <param name="follow">True to go on until cancelled, also across restarts of the instance; false to end with the last line there is.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    IAsyncEnumerable<IReadOnlyList<LogLine>> GetLogsAsync(string resourceId, bool follow, CancellationToken cancellationToken);
}

/// <summary>The console logs of all resources: what processes print, which is fetched only while somebody watches, and what the AppHost says about them,
/// of which the last
/// 10,000 lines of each instance are kept.</summary>
public class ResourceLoggerService : IDisposable
{
    private readonly ConcurrentDictionary<string, OwnLines> _lines = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _disposed = new();

    /// <summary>The output of processes and containers; set once by the orchestrator.</summary>
    internal IConsoleLogSource? ConsoleLogSource { get; set; }

    /// <summary>Gives a logger that writes to the console log of all instances of a resource.</summary>
    public ILogger GetLogger(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return new ConsoleLogger([.. resource.GetResourceIds().Select(Lines)]);
    }

    /// <summary>Gives a logger that writes to the console log of an instance.</summary>
    /// <param name="resourceName">The id of the instance.</param>
    public ILogger GetLogger(string resourceName) => new ConsoleLogger([Lines(resourceName)]);

    /// <summary>Gives the console log of all instances of a resource and goes on with every new line until cancelled or until
    /// <see cref="Complete(IResource)"/>.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(IResource resource) => ReadAllInstancesAsync(resource, follow: true);

    /// <summary>Gives the console log of an instance and goes on with every new line until cancelled or until <see cref="Complete(string)"/>.</summary>
    /// <param name="resourceName">The id of the instance.</param>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> WatchAsync(string resourceName) => ReadAsync(resourceName, follow: true);

    /// <summary>Gives the console log of all instances of a resource as it is now.</summary>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(IResource resource) => ReadAllInstancesAsync(resource, follow: false);

    /// <summary>Gives the console log of an instance as it is now.</summary>
    /// <param name="resourceName">The id of the instance.</param>
    public IAsyncEnumerable<IReadOnlyList<LogLine>> GetAllAsync(string resourceName) => ReadAsync(resourceName, follow: false);

    /// <summary>Ends the streams of those who watch a resource: nothing more will be logged.</summary>
    public void Complete(IResource resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        foreach (var id in resource.GetResourceIds()) Complete(id);
    }

    /// <summary>Ends the streams of those who watch an instance: nothing more will be logged.</summary>
    /// <param name="name">The id of the instance.</param>
    public void Complete(string name) => Lines(name).Complete();

    /// <summary>Forgets what the AppHost said about an instance so far.</summary>
    /// <param name="resourceName">The id of the instance.</param>
    public void ClearBacklog(string resourceName) => Lines(resourceName).Clear();

    /// <summary>Ends all streams.</summary>
    public void Dispose()
    {
        _disposed.Cancel();
        _disposed.Dispose();
        GC.SuppressFinalize(this);
    }

    private OwnLines Lines(string id)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return _lines.GetOrAdd(id, static _ => new OwnLines());
    }

    private async IAsyncEnumerable<IReadOnlyList<LogLine>> ReadAllInstancesAsync(IResource resource, bool follow,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resource);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var streams = resource.GetResourceIds().Select(id => ReadAsync(id, follow, stop.Token).GetAsyncEnumerator(stop.Token)).ToList();
        var next = streams.ConvertAll(s => s.MoveNextAsync().AsTask());
        try
        {
            while (next.Count > 0)
            {
                var index = next.IndexOf(await Task.WhenAny(next));
                if (await next[index])
                {
                    yield return streams[index].Current;
                    next[index] = streams[index].MoveNextAsync().AsTask();
                    continue;
                }
                await streams[index].DisposeAsync();
                streams.RemoveAt(index);
                next.RemoveAt(index);
            }
        }
        finally
        {
            await stop.CancelAsync();
            foreach (var (stream, pending) in streams.Zip(next))
            {
                await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await stream.DisposeAsync();
            }
        }
    }

    /// <summary>Merges the two sources. Both are sorted by time already, but the end of the process's backlog cannot be seen while following, so own lines
    /// wait for it a moment:
    /// they go out before the first line that is younger, or when the process has been silent for a fifth of a second.</summary>
    private async IAsyncEnumerable<IReadOnlyList<LogLine>> ReadAsync(string id, bool follow,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var patience = TimeSpan.FromMilliseconds(200);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        var own = Lines(id);
        var merge = new Merge();
        var position = 0L;
        await using var source = ConsoleLogSource?.GetLogsAsync(id, follow, stop.Token).GetAsyncEnumerator(stop.Token);
        var output = source?.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                var (lines, changed, completed) = own.Read(ref position);
                merge.Add(lines);
                if (output is { IsCompleted: true })
                {
                    if (!await output)
                    {
                        output = null;
                        continue;
                    }
                    yield return merge.Take(source!.Current);
                    output = source.MoveNextAsync().AsTask();
                    continue;
                }
                if (output is null || completed)
                {
                    if (merge.Take() is { Count: > 0 } rest) yield return rest;
                    if (completed || !follow) yield break;
                    await changed.WaitAsync(stop.Token);
                    continue;
                }
                var waits = follow ? [output, changed] : new List<Task> { output };
                if (!follow || !merge.HasLines) await Task.WhenAny(waits).WaitAsync(stop.Token);
                else if (!await CompletesWithinAsync(output, patience, stop.Token) && merge.Take() is { Count: > 0 } quiet) yield return quiet;
            }
        }
        finally
        {
            await stop.CancelAsync();
            // An enumerator must not be disposed while it moves.
            if (output is not null) await ((Task)output).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<bool> CompletesWithinAsync(Task task, TimeSpan time, CancellationToken cancellationToken)
        => await Task.WhenAny(task, Task.Delay(time, cancellationToken)) == task;

    /// <summary>Numbers the lines of one stream and puts own lines where they belong.</summary>
    private sealed class Merge
    {
        private readonly Queue<LogLine> _own = new();
        private int _number;

        public bool HasLines => _own.Count > 0;

        public void Add(IReadOnlyList<LogLine> lines)
        {
            foreach (var line in lines) _own.Enqueue(line);
        }

        public List<LogLine> Take() => Take([]);

        public List<LogLine> Take(IReadOnlyList<LogLine> output)
        {
            var merged = new List<LogLine>(output.Count + 4);
            foreach (var line in output)
            {
                while (_own.TryPeek(out var own) && IsNotAfter(own.Content, line.Content)) merged.Add(_own.Dequeue() with { LineNumber = ++_number });
                merged.Add(line with { LineNumber = ++_number });
            }
            if (output.Count == 0)
                while (_own.TryDequeue(out var own)) merged.Add(own with { LineNumber = ++_number });
            return merged;
        }

        /// <summary>Compares the times to the millisecond, as text; a line without a time is as old as the one before it, so own lines go first.</summary>
        private static bool IsNotAfter(string own, string line)
        {
            const int TimeLength = 23; // 2006-01-02T15:04:05.000
            return line.Length < TimeLength || line[10] != 'T' || !char.IsAsciiDigit(line[0]) || string.CompareOrdinal(own, 0, line, 0, TimeLength) <= 0;
        }
    }

    /// <summary>What the AppHost says about one instance: a ring that readers copy from at their own pace. Who falls behind by more than the ring loses
    /// the oldest lines.</summary>
    private sealed class OwnLines
    {
        private const int LinesMax = 10_000;
        private readonly Lock _lock = new();
        private readonly List<LogLine> _ring = [];
        private long _end;
        private long _begin;
        private bool _completed;
        private TaskCompletionSource? _changed;

        public void Add(string text, bool isError)
        {
            lock (_lock)
            {
                var line = new LogLine((int)Math.Min(_end + 1, int.MaxValue), text, isError);
                if (_ring.Count < LinesMax) _ring.Add(line);
                else _ring[(int)(_end % LinesMax)] = line;
                _end++;
                Changed();
            }
        }

        public (IReadOnlyList<LogLine> Lines, Task Changed, bool Completed) Read(ref long position)
        {
            lock (_lock)
            {
                position = Math.Max(position, Math.Max(_begin, _end - _ring.Count));
                var lines = new LogLine[_end - position];
                for (var i = 0; i < lines.Length; i++) lines[i] = _ring[(int)(position++ % LinesMax)];
                _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return (lines, _changed.Task, _completed);
            }
        }

        public void Clear()
        {
            lock (_lock) _begin = _end; // the ring keeps its places: line n is at n modulo its size
        }

        public void Complete()
        {
            lock (_lock)
            {
                _completed = true;
                Changed();
            }
        }

        private void Changed()
        {
            _changed?.TrySetResult();
            _changed = null;
        }
    }

    /// <summary>Writes what is logged as console lines: time, then the message, an exception below it.</summary>
    private sealed class ConsoleLogger(IReadOnlyList<OwnLines> targets) : ILogger
    {
        private const int LineLengthMax = 16 * 1024;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            var text = formatter(state, exception);
            if (exception is not null) text = $"{text}\n{exception}";
            var time = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z '", CultureInfo.InvariantCulture);
            foreach (var line in text.AsSpan().EnumerateLines())
            {
                var content = string.Concat(time, line.Length > LineLengthMax ? line[..LineLengthMax] : line);
                foreach (var target in targets) target.Add(content, logLevel >= LogLevel.Error);
            }
        }
    }
}
