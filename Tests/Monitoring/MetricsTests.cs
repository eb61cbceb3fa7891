using System.Text.Json;
using Tests.Cluster;

namespace Tests.Monitoring;

/// <summary>The queries of alerts and dashboards, tried on a real Prometheus that has the metrics of real services.</summary>
[Collection(WholeShop.Name), Trait("Category", "Long")]
public sealed class MetricsTests(ClusterFixture cluster)
{
    private const int LimitMs = 180_000;

    private static readonly TimeSpan ArrivalLimit = TimeSpan.FromSeconds(20);

    [Fact(Timeout = LimitMs)]
    public async Task Every_query_is_valid_and_every_metric_in_it_exists()
    {
        await using var receiver = new OtlpReceiver();
        await using var prometheus = await PrometheusServer.StartAsync(receiver.Address);
        await using var shop = await MeasuredShop.StartAsync(cluster.Cluster, receiver);
        await shop.UseAsync();
        var queries = MonitoringQueries.All();
        var asked = queries.SelectMany(static query => MonitoringQueries.Metrics(query.Text)).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(asked.Except(await Eventually.UntilAsync(prometheus.NamesAsync, asked.IsSubsetOf, ArrivalLimit)));
        foreach (var (place, query) in queries)
        {
            // Alerts find nothing while all is well. What a dashboard shows must be there, as soon as there are two values.
            var found = await Eventually.UntilAsync(() => prometheus.QueryAsync(query), IsEnough, ArrivalLimit);
            Assert.True(IsEnough(found), $"{place} finds nothing: {query}");
            bool IsEnough(JsonElement series) =>
                series.GetArrayLength() > 0 || place.StartsWith("alert ", StringComparison.Ordinal) || query.Contains("ALERTS", StringComparison.Ordinal);
        }

        // Durations have boundaries in seconds, so that percentiles of milliseconds mean something.
        Assert.NotEqual(0, (await prometheus.QueryAsync("""shop_batch_wait_seconds_bucket{le="0.001"}""")).GetArrayLength());
        Assert.NotEqual(0, (await prometheus.QueryAsync("""shop_checkout_step_duration_seconds_bucket{le="0.001"}""")).GetArrayLength());
    }
}
