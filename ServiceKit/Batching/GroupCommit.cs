using System.Diagnostics;
using System.Diagnostics.Metrics;
using ServiceDefaults;

namespace ServiceKit.Batching;

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
