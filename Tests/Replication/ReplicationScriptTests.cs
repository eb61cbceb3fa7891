using System.Collections.Concurrent;
using EngineRoots;
using Tests.Cluster;
using Tests.Unit;

namespace Tests.Replication;

/// <summary>On machines and in pods, a Redis starts as what it can be without losing what another one has.</summary>
[Trait("Category", "Long")]
public sealed class ReplicationScriptTests : IDisposable
{
    private const int LimitMs = 240_000, Writes = 50;

    /// <summary>Longer than Sentinel takes to replace a master, and to list its replicas.</summary>
    private static readonly TimeSpan StateLimit = TimeSpan.FromSeconds(40), ReplaceTime = TimeSpan.FromSeconds(8), ListedTime = TimeSpan.FromSeconds(12);

    private readonly TempFolder _folder = new();
    private ReplicaMachine[] _machines = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var machine in _machines) machine.Dispose();
        _folder.Dispose();
    }

    /// <summary>The sentinels still name it the master when it starts. As one, it would have the replicas copy its empty data.</summary>
    [Theory(Timeout = LimitMs)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_master_that_returns_empty_at_once_becomes_a_replica(bool arePods)
    {
        await StartAsync(arePods);
        _machines[1].Kill();
        _machines[1].Wipe();
        _machines[1].Start();
        await Eventually.EqualAsync(("slave", true, 1L), async () => await _machines[1].StateAsync() ?? default, StateLimit);
        var others = await Task.WhenAll(_machines[0].StateAsync(), _machines[2].StateAsync());
        Assert.Equal([("master", true, 1), ("slave", true, 1)], others.Select(static state => state!.Value).Order());
    }

    /// <summary>A replica that has not copied the master since its start may lack writes that another one has confirmed.</summary>
    [Theory(Timeout = LimitMs)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_power_cut_of_all_machines_only_the_last_master_leads(bool arePods)
    {
        await StartAsync(arePods);
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
    [Theory(Timeout = LimitMs)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_master_that_an_operator_moves_loses_nothing(bool arePods)
    {
        await StartAsync(arePods);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        ConcurrentQueue<string> confirmed = [];
        var writing = _machines[1].WriteManyAsync(confirmed, stop.Token);
        Assert.True(await Eventually.UntilAsync(() => Task.FromResult(confirmed.Count), static count => count >= Writes, StateLimit) >= Writes);
        _machines[0].Run("lead");
        await Task.Delay(TimeSpan.FromSeconds(1), Ct);
        await stop.CancelAsync();
        await writing;
        Assert.Equal([], await _machines[0].MissingAsync(confirmed));
        foreach (var (machine, role) in _machines.Zip(["master", "slave", "slave"]))
            await Eventually.EqualAsync((role, true), async () => await machine.StateAsync() is { } state ? (state.Role, state.IsWhole) : default, StateLimit);
        foreach (var machine in _machines) Assert.Equal("replica-priority\n100\n", machine.Run("cli", "CONFIG", "GET", "replica-priority"));
    }

    /// <summary>A Redis that has just copied the master writes a new log. By default it refuses to end until that is written.</summary>
    [Fact(Timeout = LimitMs)]
    public async Task A_replica_that_writes_its_first_log_stops_at_once()
    {
        await StartAsync(arePods: false);
        for (var n = 0; n < Writes; n++) await _machines[1].WriteAsync($"{n}", 2);
        foreach (var setting in new[] { "rdb-key-save-delay 1000000", "appendonly no", "appendonly yes" })
            Assert.Equal("OK\n", _machines[0].Run(["cli", "CONFIG", "SET", .. setting.Split(' ')]));
        Assert.Contains("aof_rewrite_in_progress:1", _machines[0].Run("cli", "INFO", "persistence"), StringComparison.Ordinal);
        _machines[0].Stop();
    }

    // The master is the second machine. On machines the deployment says so; of the pods the first one is, until an operator moves it.
    private async Task StartAsync(bool arePods)
    {
        Assert.SkipUnless(!arePods || Environment.IsPrivilegedProcess, "a mount namespace with the pods' names needs root");
        var engines = await EngineRoot.EnsureAsync(new EngineRootOptions(), _ => { }, Ct);
        _machines = ReplicaMachine.Install(_folder, engines.Path, arePods);
        var first = arePods ? 0 : 1;
        _machines[first].Start();
        // Alone, it cannot know that the shop is new.
        await Task.Delay(TimeSpan.FromSeconds(2), Ct);
        Assert.Null(await _machines[first].StateAsync());
        foreach (var machine in _machines.Where((_, index) => index != first)) machine.Start();
        await (arePods ? StatesAsync("master", "slave", "slave", keys: 0) : StatesAsync("slave", "master", "slave", keys: 0));
        await Task.Delay(ListedTime, Ct);
        if (arePods)
        {
            _machines[1].Run("lead");
            await StatesAsync("slave", "master", "slave", keys: 0);
            await Task.Delay(ListedTime, Ct);
        }

        await _machines[1].WriteAsync("a", 2);
    }

    private async Task StatesAsync(string first, string second, string third, long keys)
    {
        foreach (var (machine, role) in _machines.Zip([first, second, third]))
            await Eventually.EqualAsync((role, true, keys), async () => await machine.StateAsync() ?? default, StateLimit);
    }
}
