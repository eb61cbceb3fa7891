using System.Diagnostics;
using System.Diagnostics.Metrics;
using ServiceDefaults;

namespace ServiceKit.Batching;

/// <summary>
/// A bounded queue that forms batches on demand: while a lane works on one batch, the next one accumulates. There is no timer, so an idle service adds no
/// latency, and a busy one shares each round trip and each fsync among hundreds of items (group commit: DeWitt et al., "Implementation Techniques for Main
/// Memory Database Systems", SIGMOD 1984).
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

    /// <summary>Creates a queue.</summary>
    /// <param name="options">The queue's limits.</param>
    /// <param name="meters">Creates the meter <c>Shop.Batches</c>.</param>
    /// <param name="lane">
    /// Takes and processes batches until <see cref="Take"/> returns an empty one. Started when items are waiting. Must not throw.
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

    /// <summary>Adds an item for a lane to take.</summary>
    /// <exception cref="OverloadException">The queue is full. The item was not added.</exception>
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

        // The lane runs elsewhere: it outlives this caller and must not inherit its trace and scopes.
        // A synchronization context takes precedence. Services have none, but the simulation of the checkout does.
        if (SynchronizationContext.Current is { } context) context.Post(static self => _ = ((Batcher<T>)self!).RunAsync(), this);
        else ThreadPool.UnsafeQueueUserWorkItem(static self => _ = self.RunAsync(), this, preferLocal: false);
    }

    /// <summary>
    /// Takes waiting items, oldest first, at most <see cref="BatcherOptions.BatchMax"/>; returns an empty list if there are none. Only lanes may call it.
    /// </summary>
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
