using System.Globalization;
using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Tests.Cluster;

/// <summary>A separate cluster with two replicas of each service, which leaves nothing behind after it stops.</summary>
[Collection(Alone.Name), Trait("Category", "Long")]
public sealed class LifecycleTests
{
    private const int LimitMs = 600_000;

    /// <summary>A killed process stays in the process table until its parent has reaped it.</summary>
    private static readonly TimeSpan GoneLimit = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan HealthLimit = TimeSpan.FromSeconds(30);

    [Fact(Timeout = LimitMs)]
    public async Task Both_replicas_respond_and_nothing_is_left_after_a_stop()
    {
        var foldersBefore = RunFolders();
        var cluster = await ClusterFixture.StartAsync(arguments: "--Replicas:stock-api=2");
        IReadOnlyList<int> processes;
        string[] folders;
        try
        {
            folders = [.. RunFolders().Except(foldersBefore)];
            await AssertBothAnswerAsync(cluster);
            processes = [.. cluster.ProcessIds.SelectMany(ProcessTable.Tree)];
            Assert.True(cluster.ProcessIds.Count >= 9, $"Only {cluster.ProcessIds.Count} processes are known.");
            Assert.All(cluster.ProcessIds, id => Assert.Contains(id, processes));
        }
        finally
        {
            await ClusterFixture.StopAsync(cluster);
        }
        await Eventually.EqualAsync("",
            () => Task.FromResult(string.Join('\n', processes.Where(ProcessTable.IsAlive).Select(ProcessTable.Describe))), GoneLimit);
        Assert.NotEmpty(folders);
        await Eventually.EqualAsync("",
            () => Task.FromResult(string.Join('\n', folders.SelectMany(ProcessTable.Mentioning).Select(ProcessTable.Describe))), GoneLimit);
        await Eventually.EqualAsync("", () => Task.FromResult(string.Join('\n', folders.Where(Directory.Exists))), GoneLimit);
    }

    /// <summary>While one of two replicas is down, only the other one can answer.</summary>
    private static async Task AssertBothAnswerAsync(RunningCluster cluster)
    {
        using var shop = new ShopClient(cluster.App.GetEndpoint("gateway"));
        var item = await shop.NewItemAsync(5, 10);
        var replicas = cluster.Instances("stock-api");
        Assert.Equal(2, replicas.Count);
        foreach (var replica in replicas) await Eventually.EqualAsync(true, () => IsHealthyAsync(replica), HealthLimit);
        foreach (var replica in replicas)
        {
            await cluster.CommandAsync(replica.ResourceId, KnownResourceCommands.StopCommand);
            // The gateway may have marked the other replica as failed for a second while nginx was still trying the stopped one.
            await Eventually.EqualAsync(HttpStatusCode.OK, async () => (await shop.SendAsync("GET", $"/stock/find/{item}")).Status);
            for (var i = 0; i < 20; i++) Assert.Equal(HttpStatusCode.OK, (await shop.SendAsync("GET", $"/stock/find/{item}")).Status);
            await cluster.CommandAsync(replica.ResourceId, KnownResourceCommands.StartCommand);
            await Eventually.EqualAsync(KnownResourceStates.Running,
                () => Task.FromResult(cluster.Instances("stock-api").Single(i => i.ResourceId == replica.ResourceId).Snapshot.State?.Text));
            await Eventually.EqualAsync(true, () => IsHealthyAsync(replica), TimeSpan.FromSeconds(30));
        }
    }

    private static async Task<bool> IsHealthyAsync(ResourceEvent replica)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            return (await http.GetAsync(new Uri(new Uri(replica.Snapshot.Urls.First(u => u.Name == "http").Url), "health"),
                TestContext.Current.CancellationToken)).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Session folders of the runs of this process.</summary>
    private static string[] RunFolders()
        => Directory.GetDirectories(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"aspire-run-{Environment.ProcessId}-*"));
}
