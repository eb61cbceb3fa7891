using EngineRoots;
using Tests.Cluster;
using Tests.Unit;

namespace Tests.Replication;

/// <summary>On machines, a Redis starts as what it can be without losing what another one has.</summary>
[Trait("Category", "Long")]
public sealed class ReplicationScriptTests : IAsyncLifetime
{
    private const int LimitMs = 120_000;

    /// <summary>Longer than Sentinel takes to replace a master, and to list its replicas.</summary>
    private static readonly TimeSpan StateLimit = TimeSpan.FromSeconds(40), ReplaceTime = TimeSpan.FromSeconds(8), ListedTime = TimeSpan.FromSeconds(12);

    private readonly TempFolder _folder = new();
    private ReplicaMachine[] _machines = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The second machine is the first master of a new shop. Alone, it cannot know that the shop is new.</summary>
    public async ValueTask InitializeAsync()
    {
        var engines = await EngineRoot.EnsureAsync(new EngineRootOptions(), _ => { }, Ct);
        _machines = ReplicaMachine.Install(_folder, engines.Path);
        _machines[1].Start();
        await Task.Delay(TimeSpan.FromSeconds(2), Ct);
        Assert.Null(await _machines[1].StateAsync());
        _machines[0].Start();
        _machines[2].Start();
        await StatesAsync("slave", "master", "slave", keys: 0);
        await Task.Delay(ListedTime, Ct);
        await _machines[1].WriteAsync("a", 2);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var machine in _machines) machine.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The sentinels still name it the master when it starts. As one, it would have the replicas copy its empty data.</summary>
    [Fact(Timeout = LimitMs)]
    public async Task A_master_that_returns_empty_at_once_becomes_a_replica()
    {
        _machines[1].Kill();
        _machines[1].Wipe();
        _machines[1].Start();
        await Eventually.EqualAsync(("slave", true, 1L), async () => await _machines[1].StateAsync() ?? default, StateLimit);
        var others = await Task.WhenAll(_machines[0].StateAsync(), _machines[2].StateAsync());
        Assert.Equal([("master", true, 1), ("slave", true, 1)], others.Select(static state => state!.Value).Order());
    }

    /// <summary>A replica that has not copied the master since its start may lack writes that another one has confirmed.</summary>
    [Fact(Timeout = LimitMs)]
    public async Task After_a_power_cut_of_all_machines_only_the_last_master_leads()
    {
        foreach (var machine in _machines) machine.Kill();
        _machines[0].Start();
        _machines[2].Start();
        await Task.Delay(ReplaceTime, Ct);
        foreach (var machine in new[] { _machines[0], _machines[2] })
            Assert.Equal(("slave", false, 1), await machine.StateAsync());
        _machines[1].Start();
        await StatesAsync("slave", "master", "slave", keys: 1);
        await _machines[1].WriteAsync("b", 2);
    }

    /// <summary>The old master stops writing first: it could confirm writes with the replica that does not follow the new one yet.</summary>
    [Fact(Timeout = LimitMs)]
    public async Task A_master_that_an_operator_moves_loses_nothing()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var writing = _machines[1].WriteManyAsync(stop.Token);
        await Task.Delay(TimeSpan.FromSeconds(1), Ct);
        _machines[0].Run("lead");
        await Task.Delay(TimeSpan.FromSeconds(1), Ct);
        await stop.CancelAsync();
        var confirmed = await writing;
        Assert.True(confirmed.Count > 100, $"only {confirmed.Count} writes were confirmed");
        Assert.Equal([], await _machines[0].MissingAsync(confirmed));
        foreach (var (machine, role) in _machines.Zip(["master", "slave", "slave"]))
            await Eventually.EqualAsync((role, true), async () => await machine.StateAsync() is { } state ? (state.Role, state.IsWhole) : default, StateLimit);
        foreach (var machine in _machines) Assert.Equal("replica-priority\n100\n", machine.Run("cli", "CONFIG", "GET", "replica-priority"));
    }

    private async Task StatesAsync(string first, string second, string third, long keys)
    {
        foreach (var (machine, role) in _machines.Zip([first, second, third]))
            await Eventually.EqualAsync((role, true, keys), async () => await machine.StateAsync() ?? default, StateLimit);
    }
}
