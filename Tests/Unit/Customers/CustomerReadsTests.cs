extern alias CustomerApi;
using System.Diagnostics.Metrics;
using CustomerApi::Customer.Api.Customers;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;

namespace Tests.Unit.Customers;

[Trait("Category", "Unit")]
public sealed class CustomerReadsTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly Queue<Find> _finds = new();
    private readonly SemaphoreSlim _arrived = new(0);

    public void Dispose()
    {
        _arrived.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task A_read_starts_immediately_and_reads_during_busy_lanes_are_combined()
    {
        var reads = Reads();
        var (first, busy) = await FillLanesAsync(reads);
        Task<RawBsonDocument?>[] later = [reads.FindAsync("a"), reads.FindAsync("b"), reads.FindAsync("none"), reads.FindAsync("a")];
        Assert.Equal(0, _arrived.CurrentCount); // a find in progress accepts no more reads, because a write may have been acknowledged meanwhile
        busy[0].End("lane0");
        var find = await NextAsync();
        Assert.Equal(["a", "b", "none"], find.Ids);
        find.End("b", "a");
        Assert.Equal(["a", "b", null, "a"], (await Task.WhenAll(later).WaitAsync(Limit, TestContext.Current.CancellationToken)).Select(Id));
        Assert.Equal("lane0", Id(await first[0]));
    }

    [Fact]
    public async Task A_shared_document_is_delivered_unchanged_and_disposed_independently()
    {
        var reads = Reads();
        var (_, busy) = await FillLanesAsync(reads);
        Task<RawBsonDocument?>[] later = [reads.FindAsync("a"), reads.FindAsync("a"), reads.FindAsync("b")];
        busy[0].End();
        var find = await NextAsync();
        find.Found("a");
        (await later[0].WaitAsync(Limit, TestContext.Current.CancellationToken))!.Dispose();
        Assert.Equal("a", Id(await later[1].WaitAsync(Limit, TestContext.Current.CancellationToken)));
        Assert.False(later[2].IsCompleted);
        find.Fail(new TimeoutException("lost")); // between two replies
        await Assert.ThrowsAsync<TimeoutException>(() => later[2].WaitAsync(Limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_failure_fails_all_waiting_reads_and_the_next_read_retries()
    {
        var reads = Reads();
        var (first, busy) = await FillLanesAsync(reads);
        var waiting = Enumerable.Range(0, CustomerReads.BatchMax + 1).Select(i => reads.FindAsync($"w{i}")).ToArray();
        busy[0].Fail(new TimeoutException("away"));
        foreach (var read in (Task<RawBsonDocument?>[])[first[0], .. waiting])
            await Assert.ThrowsAsync<TimeoutException>(() => read.WaitAsync(Limit, TestContext.Current.CancellationToken));
        var next = reads.FindAsync("next");
        (await NextAsync()).End("next");
        Assert.Equal("next", Id(await next.WaitAsync(Limit, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task The_ids_of_a_find_are_limited()
    {
        var reads = Reads();
        var (_, busy) = await FillLanesAsync(reads);
        for (var i = 0; i <= CustomerReads.BatchMax; i++) _ = reads.FindAsync($"w{i}");
        busy[0].End();
        var find = await NextAsync();
        Assert.Equal(Enumerable.Range(0, CustomerReads.BatchMax).Select(i => $"w{i}"), find.Ids);
        find.End();
        Assert.Equal([$"w{CustomerReads.BatchMax}"], (await NextAsync()).Ids);
    }

    private CustomerReads Reads() => new(_services.GetRequiredService<IMeterFactory>(), (ids, found) =>
    {
        var find = new Find([.. ids], found);
        lock (_finds) _finds.Enqueue(find);
        _arrived.Release();
        return find.Done.Task;
    });

    private async Task<(Task<RawBsonDocument?>[] Reads, Find[] Finds)> FillLanesAsync(CustomerReads reads)
    {
        var (tasks, finds) = (new Task<RawBsonDocument?>[CustomerReads.Lanes], new Find[CustomerReads.Lanes]);
        for (var i = 0; i < CustomerReads.Lanes; i++)
        {
            tasks[i] = reads.FindAsync($"lane{i}");
            finds[i] = await NextAsync();
            Assert.Equal([$"lane{i}"], finds[i].Ids);
        }

        return (tasks, finds);
    }

    private async Task<Find> NextAsync()
    {
        Assert.True(await _arrived.WaitAsync(Limit, TestContext.Current.CancellationToken));
        lock (_finds) return _finds.Dequeue();
    }

    private static string? Id(RawBsonDocument? document) => document?["_id"].AsString;

    private sealed record Find(string[] Ids, Action<RawBsonDocument> OnFound)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Found(string id) => OnFound(new RawBsonDocument(new BsonDocument("_id", id).ToBson()));

        public void End(params string[] ids)
        {
            foreach (var id in ids) Found(id);
            Done.SetResult();
        }

        public void Fail(Exception e) => Done.SetException(e);
    }
}
