using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ServiceDefaults;

/// <summary>A queue is full: nothing of the request was begun. Answered 503 with Retry-After.</summary>
public sealed class OverloadException : Exception
{
    /// <summary>With the standard text.</summary>
    public OverloadException() : base("Too many requests at once.") { }

    /// <summary>With a text.</summary>
    public OverloadException(string message) : base(message) { }

    /// <summary>With a text and a cause.</summary>
    public OverloadException(string message, Exception innerException) : base(message, innerException) { }
}

/// <summary>Limits of a <see cref="Batcher{T}"/>.</summary>
/// <param name="Name">Tells its measurements from others'.</param>
/// <param name="QueueMax">Most items that wait.</param>
/// <param name="BatchMax">Most items taken at once.</param>
/// <param name="Lanes">Batches under way at the same time.</param>
public sealed record BatcherOptions(string Name, int QueueMax = 8_192, int BatchMax = 500, int Lanes = 1);

/// <summary>
/// A bounded queue that forms batches by itself: while a lane works on one batch, the next one gathers. There is no timer, so an idle service adds no latency,
/// and a busy one shares each round trip and each fsync among hundreds (group commit: DeWitt et al., "Implementation Techniques for Main Memory Database
/// Systems", SIGMOD 1984).
/// </summary>
public sealed class Batcher<T>
{
    private readonly Lock _gate = new();
    private readonly BatcherOptions _options;
    private readonly Func<Batcher<T>, Task> _lane;
    private readonly Histogram<int> _size;
    private readonly Histogram<double> _wait;
    private readonly KeyValuePair<string, object?> _tag;
    private List<T> _waiting = [];
    private long _waitingSince;
    private int _lanes;

    /// <summary>Makes a queue.</summary>
    /// <param name="options">Its limits.</param>
    /// <param name="meters">For the meter <c>Shop.Batches</c>.</param>
    /// <param name="lane">
    /// Works: takes batches until <see cref="Take"/> gives none. Started when there is something to take. Must not throw.
    /// </param>
    public Batcher(BatcherOptions options, IMeterFactory meters, Func<Batcher<T>, Task> lane)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(meters);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.QueueMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Lanes, 1);
        (_options, _lane, _tag) = (options, lane, new("queue", options.Name));
        var meter = meters.Create("Shop.Batches");
        _size = meter.CreateHistogram<int>("shop.batch.size", "{item}", "Items of a batch.");
        _wait = meter.CreateHistogram<double>("shop.batch.wait", "s", "How long the first item of a batch waited.");
        meter.CreateObservableUpDownCounter(
            "shop.batch.queued", () => new Measurement<int>(Volatile.Read(ref _waiting).Count, _tag), "{item}", "Items that wait.");
    }

    /// <summary>Adds an item, for a lane to take.</summary>
    /// <exception cref="OverloadException">The queue is full; the item was not taken.</exception>
    public void Add(T item)
    {
        lock (_gate)
        {
            if (_waiting.Count >= _options.QueueMax) throw new OverloadException();
            if (_waiting.Count == 0) _waitingSince = Stopwatch.GetTimestamp();
            _waiting.Add(item);
            if (_lanes == _options.Lanes) return;
            _lanes++;
        }

        // Not here: a lane goes on long after this caller, whose trace and scopes it must not take along.
        // Where there is a synchronization context it says where; services have none, the simulation of the checkout has.
        if (SynchronizationContext.Current is { } context) context.Post(static self => _ = ((Batcher<T>)self!).RunAsync(), this);
        else ThreadPool.UnsafeQueueUserWorkItem(static self => _ = self.RunAsync(), this, preferLocal: false);
    }

    /// <summary>The items that wait, the oldest first, <see cref="BatcherOptions.BatchMax"/> at most; none where none waits. For lanes.</summary>
    public IReadOnlyList<T> Take()
    {
        List<T> batch;
        long since;
        lock (_gate)
        {
            if (_waiting.Count == 0) return [];
            since = _waitingSince;
            if (_waiting.Count <= _options.BatchMax)
            {
                (batch, _waiting) = (_waiting, new List<T>(_waiting.Count));
            }
            else
            {
                batch = _waiting[.._options.BatchMax];
                _waiting.RemoveRange(0, _options.BatchMax);
                _waitingSince = Stopwatch.GetTimestamp();
            }
        }

        _size.Record(batch.Count, _tag);
        _wait.Record(Stopwatch.GetElapsedTime(since).TotalSeconds, _tag);
        return batch;
    }

    private async Task RunAsync()
    {
        do await _lane(this);
        while (!HasEnded());
    }

    private bool HasEnded()
    {
        lock (_gate)
        {
            if (_waiting.Count > 0) return false;
            _lanes--;
            return true;
        }
    }
}

/// <summary>Group commit: callers add a request each and await its own result; the commit gets those that have gathered, all at once.</summary>
public sealed class GroupCommit<TRequest, TResult>
{
    private readonly string _name;
    private readonly Batcher<Entry> _queue;
    private readonly Func<IReadOnlyList<TRequest>, Task<TResult[]>> _commit;

    /// <summary>Makes one.</summary>
    /// <param name="options">Limits of its queue.</param>
    /// <param name="meters">For the queue's measurements.</param>
    /// <param name="commit">
    /// Does what a batch asks for, all or nothing, and says what came of each request, in the order given. What it throws, all get.
    /// </param>
    public GroupCommit(BatcherOptions options, IMeterFactory meters, Func<IReadOnlyList<TRequest>, Task<TResult[]>> commit)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_name, _commit) = ($"commit {options.Name}", commit);
        _queue = new(options, meters, LaneAsync);
    }

    /// <summary>Has a request carried out with others.</summary>
    /// <exception cref="OverloadException">The queue is full; nothing was done.</exception>
    public async Task<TResult> AddAsync(TRequest request) => (await AddAsync([request]))[0];

    /// <summary>Has requests carried out with others, in one batch and in this order.</summary>
    /// <exception cref="OverloadException">The queue is full; nothing was done.</exception>
    public Task<ArraySegment<TResult>> AddAsync(TRequest[] requests)
    {
        // The caller goes on on another thread: the lane has the next batch to see to.
        var trace = Activity.Current is { Recorded: true } activity ? activity.Context : default;
        var entry = new Entry(requests, trace, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _queue.Add(entry);
        return entry.Done.Task;
    }

    private async Task LaneAsync(Batcher<Entry> queue)
    {
        for (var batch = queue.Take(); batch.Count > 0; batch = queue.Take())
        {
            using var activity = BatchTrace.Start(_name, batch.Select(static entry => entry.Trace));
            try
            {
                var results = await _commit(batch.Count == 1 ? batch[0].Requests : [.. batch.SelectMany(static entry => entry.Requests)]);
                var from = 0;
                foreach (var entry in batch)
                {
                    entry.Done.SetResult(new(results, from, entry.Requests.Length));
                    from += entry.Requests.Length;
                }
            }
            catch (Exception e)
            {
                foreach (var entry in batch) entry.Done.TrySetException(e);
            }
        }
    }

    private sealed record Entry(TRequest[] Requests, ActivityContext Trace, TaskCompletionSource<ArraySegment<TResult>> Done);
}

/// <summary>Spans of batches. Each belongs to the trace of the first of its members that is recorded, and is linked to the others'.</summary>
public static class BatchTrace
{
    private static readonly ActivitySource Source = new("Shop.Batches");

    /// <summary>Starts the span of a batch; null where no member is recorded, and then what follows is in no trace either.</summary>
    /// <param name="name">Of the span.</param>
    /// <param name="members">Each member's trace; default where it is not recorded.</param>
    public static Activity? Start(string name, IEnumerable<ActivityContext> members)
    {
        Activity.Current = null; // of the batch before
        ActivityContext parent = default;
        List<ActivityLink>? links = null;
        foreach (var member in members)
        {
            if (member == default) continue;
            if (parent == default) parent = member;
            else (links ??= []).Add(new(member));
        }

        return parent == default ? null : Source.StartActivity(name, ActivityKind.Internal, parent, links: links);
    }
}
