using System.Diagnostics;
using System.Diagnostics.Metrics;
using ServiceDefaults;

namespace ServiceKit.Batching;

/// <summary>
/// Group commit: callers each add a request and await its result. The commit function processes all accumulated requests at once. On a busy machine, large
/// groups use far less CPU than small ones. So a lane rests after a group of several callers, in proportion to the time that the group took, and more requests
/// gather. A single caller never waits for that.
/// </summary>
public sealed class GroupCommit<TRequest, TResult>
{
    /// <summary>A rest is this many times as long as the group before it took.</summary>
    private const int RestFactor = 2;

    private static readonly TimeSpan RestMax = TimeSpan.FromMilliseconds(25);

    private readonly string _name;
    private readonly Batcher<Entry> _queue;
    private readonly Func<IReadOnlyList<TRequest>, Task<TResult[]>> _commit;
    private readonly TimeProvider _time;

    /// <summary>Creates an instance.</summary>
    /// <param name="options">Limits of the queue.</param>
    /// <param name="meters">Creates the queue's meter.</param>
    /// <param name="commit">
    /// Processes a batch and returns the results in the order of the requests. If it throws, all callers get the exception.
    /// </param>
    /// <param name="time">Measures rests; null for the system's clock.</param>
    public GroupCommit(BatcherOptions options, IMeterFactory meters, Func<IReadOnlyList<TRequest>, Task<TResult[]>> commit, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_name, _commit, _time) = ($"commit {options.Name}", commit, time ?? TimeProvider.System);
        _queue = new(options, meters, LaneAsync);
    }

    /// <summary>Processes a request in a batch with others.</summary>
    /// <exception cref="OverloadException">The queue is full. Nothing was done.</exception>
    public async Task<TResult> AddAsync(TRequest request) => (await AddAsync([request]))[0];

    /// <summary>Processes requests in one batch with others, in this order.</summary>
    /// <exception cref="OverloadException">The queue is full. Nothing was done.</exception>
    public Task<ArraySegment<TResult>> AddAsync(TRequest[] requests)
    {
        // The caller continues on another thread, so that the lane can start the next batch.
        var trace = Activity.Current is { Recorded: true } activity ? activity.Context : default;
        var entry = new Entry(requests, trace, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _queue.Add(entry);
        return entry.Done.Task;
    }

    private async Task LaneAsync(Batcher<Entry> queue)
    {
        for (var batch = queue.Take(); batch.Count > 0; batch = queue.Take())
        {
            var startedAt = _time.GetTimestamp();
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

            if (batch.Count > 1) await RestAsync(_time.GetElapsedTime(startedAt));
        }
    }

    private Task RestAsync(TimeSpan duration) => Task.Delay(duration * RestFactor < RestMax ? duration * RestFactor : RestMax, _time);

    private sealed record Entry(TRequest[] Requests, ActivityContext Trace, TaskCompletionSource<ArraySegment<TResult>> Done);
}
