using System.Diagnostics;
using System.Diagnostics.Metrics;
using ServiceDefaults;

namespace ServiceKit.Batching;

/// <summary>Group commit: callers each add a request and await its result. The commit function processes all accumulated requests at once.</summary>
public sealed class GroupCommit<TRequest, TResult>
{
    private readonly string _name;
    private readonly Batcher<Entry> _queue;
    private readonly Func<IReadOnlyList<TRequest>, Task<TResult[]>> _commit;

    /// <summary>Creates an instance.</summary>
    /// <param name="options">Limits of the queue.</param>
    /// <param name="meters">Creates the queue's meter.</param>
    /// <param name="commit">
    /// Processes a batch atomically and returns the results in the order of the requests. If it throws, all callers get the exception.
    /// </param>
    public GroupCommit(BatcherOptions options, IMeterFactory meters, Func<IReadOnlyList<TRequest>, Task<TResult[]>> commit)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_name, _commit) = ($"commit {options.Name}", commit);
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
