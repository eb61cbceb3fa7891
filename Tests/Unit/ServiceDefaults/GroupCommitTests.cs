using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using ServiceDefaults;
using ServiceKit.Batching;

namespace Tests.Unit.ServiceDefaults;

[Trait("Category", "Unit")]
public sealed class GroupCommitTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Queue<(int[] Requests, TaskCompletionSource<string[]> Done)> _commits = new();
    private readonly SemaphoreSlim _arrived = new(0);

    public void Dispose()
    {
        _arrived.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task Requests_during_a_batch_form_the_next_batch()
    {
        var group = Group();
        var first = group.AddAsync(1);
        var (requests, done) = await NextAsync();
        Assert.Equal([1], requests);
        Task<string>[] others = [group.AddAsync(2), group.AddAsync(3)];
        var both = group.AddAsync([4, 5]);
        Assert.Equal(0, _arrived.CurrentCount);
        done.SetResult(["one"]);
        Assert.Equal("one", await first.WaitAsync(Limit, TestContext.Current.CancellationToken));
        (requests, done) = await NextAsync();
        Assert.Equal([2, 3, 4, 5], requests);
        done.SetResult(["two", "three", "four", "five"]);
        Assert.Equal(["two", "three"], await Task.WhenAll(others).WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.Equal(["four", "five"], await both.WaitAsync(Limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_failed_commit_fails_its_whole_batch_and_the_next_batch_continues()
    {
        var group = Group();
        var failed = group.AddAsync(1);
        (await NextAsync()).Done.SetException(new TimeoutException("lost"));
        await Assert.ThrowsAsync<TimeoutException>(() => failed.WaitAsync(Limit, TestContext.Current.CancellationToken));
        var next = group.AddAsync(2);
        (await NextAsync()).Done.SetResult(["two"]);
        Assert.Equal("two", await next.WaitAsync(Limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_full_queue_rejects_until_there_is_room()
    {
        var group = Group(new BatcherOptions("test", QueueMax: 2));
        var inFlight = group.AddAsync(1);
        var (_, done) = await NextAsync();
        Task<string>[] queued = [group.AddAsync(2), group.AddAsync(3)];
        await Assert.ThrowsAsync<OverloadException>(() => group.AddAsync(4));
        done.SetResult(["one"]);
        await inFlight.WaitAsync(Limit, TestContext.Current.CancellationToken);
        (var requests, done) = await NextAsync();
        Assert.Equal([2, 3], requests); // the refused request is not among them
        var again = group.AddAsync(5);
        done.SetResult(["two", "three"]);
        await Task.WhenAll(queued).WaitAsync(Limit, TestContext.Current.CancellationToken);
        (await NextAsync()).Done.SetResult(["five"]);
        Assert.Equal("five", await again.WaitAsync(Limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_batch_has_its_limit_and_the_oldest_go_first()
    {
        var group = Group(new BatcherOptions("test", BatchMax: 2));
        _ = group.AddAsync(0);
        var (_, done) = await NextAsync();
        for (var i = 1; i <= 3; i++) _ = group.AddAsync(i);
        done.SetResult(["zero"]);
        (var requests, done) = await NextAsync();
        Assert.Equal([1, 2], requests);
        done.SetResult(["one", "two"]);
        (requests, _) = await NextAsync();
        Assert.Equal([3], requests);
    }

    [Fact]
    public async Task A_batch_of_several_callers_is_followed_by_a_rest_of_twice_its_duration_and_one_of_a_single_caller_by_none()
    {
        var (time, duration) = (new ManualTime(), TimeSpan.FromMilliseconds(4));
        var group = Group(time: time);
        _ = group.AddAsync(1);
        var (_, done) = await NextAsync();
        Task<string>[] several = [group.AddAsync(2), group.AddAsync(3)];
        time.Advance(duration);
        done.SetResult(["one"]);
        (var requests, done) = await NextAsync();
        Assert.Equal([2, 3], requests);
        _ = group.AddAsync(4);
        time.Advance(duration);
        done.SetResult(["two", "three"]);
        await Task.WhenAll(several).WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.False(await _arrived.WaitAsync(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken), "the lane did not rest");
        (requests, _) = await time.RunAsync(NextAsync(), 2 * duration);
        Assert.Equal([4], requests);
        Assert.Equal(4 * duration, time.Elapsed);
    }

    [Fact]
    public async Task Nothing_is_lost_between_the_end_of_a_lane_and_the_next_request()
    {
        var group = new GroupCommit<int, int>(new BatcherOptions("test"), Meters(), async requests =>
        {
            await Task.Yield();
            return [.. requests.Select(request => -request)];
        });
        await Parallel.ForAsync(0, 20_000, TestContext.Current.CancellationToken, async (i, cancellationToken) =>
            Assert.Equal(-i, await group.AddAsync(i).WaitAsync(Limit, cancellationToken)));
    }

    private IMeterFactory Meters() => _services.GetRequiredService<IMeterFactory>();

    private GroupCommit<int, string> Group(BatcherOptions? options = null, TimeProvider? time = null) => new(options ?? new("test"), Meters(), requests =>
    {
        var done = new TaskCompletionSource<string[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_commits) _commits.Enqueue(([.. requests], done));
        _arrived.Release();
        return done.Task;
    }, time);

    private async Task<(int[] Requests, TaskCompletionSource<string[]> Done)> NextAsync()
    {
        Assert.True(await _arrived.WaitAsync(Limit, TestContext.Current.CancellationToken), "no batch came");
        lock (_commits) return _commits.Dequeue();
    }
}
