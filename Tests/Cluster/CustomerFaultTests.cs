using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Tests.Faults;

namespace Tests.Cluster;

/// <summary>Acknowledged writes survive a crash of the database engine under load.</summary>
[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class CustomerFaultTests(FaultCluster cluster)
{
    private const int LimitMs = 180_000, Writers = 16;
    private const string Either = "";

    private static readonly TimeSpan Before = TimeSpan.FromSeconds(2), After = TimeSpan.FromSeconds(3);

    [Fact(Timeout = LimitMs)]
    public async Task No_acknowledged_write_is_lost_when_the_engine_is_killed()
    {
        var acknowledged = new ConcurrentDictionary<string, string>();
        var others = new ConcurrentBag<(HttpStatusCode Status, string? Problem)>();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var load = Enumerable.Range(0, Writers).Select(_ => Task.Run(() => WriteAsync(acknowledged, others, stop.Token))).ToArray();
        try
        {
            await Task.Delay(Before, TestContext.Current.CancellationToken);
            var instances = cluster.Instances("mongodb");
            cluster.Send(Signal.Kill, instances);
            await cluster.DeadAsync(instances);
            var atDeath = acknowledged.Count;
            foreach (var instance in instances) await cluster.StartAsync(instance);
            var later = await Eventually.UntilAsync(() => Task.FromResult(acknowledged.Count), count => count > atDeath + Writers, TimeSpan.FromSeconds(60));
            Assert.True(later > atDeath + Writers, $"{later} after {atDeath}: nothing is written any more");
            await Task.Delay(After, TestContext.Current.CancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(load);
        }

        Assert.NotEmpty(others); // at least one client noticed the crash
        Assert.All(others, other => Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), other));
        foreach (var ids in acknowledged.Chunk(Writers))
            Assert.All(await Task.WhenAll(ids.Select(id => cluster.Shop.SendAsync("GET", $"/customers/{id.Key}"))), (answer, i) =>
            {
                Assert.Equal(HttpStatusCode.OK, answer.Status);
                if (ids[i].Value != Either) Assert.Equal(ids[i].Value, JsonElement.Parse(answer.Body).GetProperty("status").GetString());
            });
    }

    // Creates customers and replaces earlier ones. The last acknowledged version must be found.
    private async Task WriteAsync(
        ConcurrentDictionary<string, string> acknowledged, ConcurrentBag<(HttpStatusCode, string?)> others, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var (id, email) = ($"f-{Guid.NewGuid():N}", CustomerClient.NewEmail());
            if (!await SendAsync("POST", "/customers", $$"""{"customer_id":"{{id}}","name":"A","email":"{{email}}"}""")) continue;
            acknowledged[id] = "active";
            // Without a response, either version is correct.
            acknowledged[id] = await SendAsync("PUT", $"/customers/{id}", $$"""{"name":"A","email":"{{email}}","status":"inactive"}""") ? "inactive" : Either;
        }

        async Task<bool> SendAsync(string method, string url, string json)
        {
            var answer = await cluster.Shop.SendAsync(method, url, json);
            if (answer.Status is HttpStatusCode.Created or HttpStatusCode.OK) return true;
            others.Add((answer.Status, answer.Problem));
            return false;
        }
    }
}
