using Tests.Faults;
using Tests.Unit;

namespace Tests.Replication;

/// <summary>Stock.Api acknowledges nothing that a failover could revoke.</summary>
[Trait("Category", "Unit")]
public sealed class ConfirmedStockTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private RedisNode[] _nodes = [];
    private StockProcess _stock = null!;

    private RedisNode Master => _nodes[0];

    private RedisNode Replica => _nodes[1];

    public async ValueTask InitializeAsync()
    {
        _nodes = await RedisNode.CreateAsync(2, _folder);
        await Master.StartAsync(null);
        await Replica.StartAsync(Master);
        await Master.ReplicatedAsync(1);
        _stock = await StockProcess.StartAsync(Master.Address, 1);
    }

    public ValueTask DisposeAsync()
    {
        _stock?.Dispose();
        foreach (var node in _nodes) node.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The master executes these writes. Each is acknowledged once the replica has it, on a retry under the same key, and happens once.</summary>
    [Fact]
    public async Task A_write_without_a_replica_is_unknown_until_a_retry_finds_it_replicated()
    {
        var (item, key, create, saga) = (await _stock.NewItemAsync(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        Assert.Equal(200, (await _stock.PostAsync($"/add/{item}/3")).Status);
        Replica.Send(Signal.Stop);
        // The second attempt only finds what the first one has written.
        foreach (var _ in Enumerable.Range(0, 2))
        {
            await AssertUnavailableAsync(_stock.PostAsync($"/add/{item}/7", key), _stock.PostAsync("/item/create/9", create), _stock.HoldAsync(saga, item),
                _stock.PostAsync("/batch_init/1/1/1"), _stock.PostAsync("/internal/catalog/fill"),
                _stock.PostAsync("/internal/forget", body: new { StartedBefore = 100 }));
        }

        Assert.Equal((9, 1), await _stock.FindAsync(item));
        Replica.Send(Signal.Continue);
        await Master.ReplicatedAsync(1);
        Assert.Equal(200, (await _stock.PostAsync($"/add/{item}/7", key)).Status);
        Assert.Equal(200, (await _stock.PostAsync("/item/create/9", create)).Status);
        Assert.Equal((200, """{"outcomes":[1]}"""), await _stock.HoldAsync(saga, item));
        Assert.Equal((9, 1), await _stock.FindAsync(item));
    }

    /// <summary>A master that has noticed that its replica is lost executes no writes at all.</summary>
    [Fact]
    public async Task A_master_without_replicas_is_an_outage_for_writes_only()
    {
        var (item, saga) = (await _stock.NewItemAsync(), Guid.NewGuid());
        Assert.Equal(200, (await _stock.PostAsync($"/add/{item}/3")).Status);
        await Master.SetAsync("min-replicas-to-write", "1");
        Replica.Send(Signal.Kill);
        await Master.ReplicatedAsync(0);
        await AssertUnavailableAsync(_stock.PostAsync($"/add/{item}/7"), _stock.PostAsync($"/subtract/{item}/1"), _stock.PostAsync("/item/create/9"),
            _stock.HoldAsync(saga, item));
        Assert.Equal((3, 0), await _stock.FindAsync(item));
        await Replica.StartAsync(Master);
        await Master.ReplicatedAsync(1);
        Assert.Equal((200, """{"outcomes":[1]}"""), await _stock.HoldAsync(saga, item));
        Assert.Equal((2, 1), await _stock.FindAsync(item));
    }

    private static async Task AssertUnavailableAsync(params Task<(int Status, string Body)>[] requests)
    {
        foreach (var (status, body) in await Task.WhenAll(requests))
            Assert.True(status == 503 && body.Contains("redis-unavailable", StringComparison.Ordinal), $"{status} {body}");
    }
}
