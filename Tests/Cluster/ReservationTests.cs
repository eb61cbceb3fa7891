using System.Net;
using System.Net.Http.Json;
using Aspire.Hosting.Testing;
using StackExchange.Redis;

namespace Tests.Cluster;

/// <summary>Stock.Api's internal endpoint reads a record written by another version.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class ReservationTests(ClusterFixture cluster) : IDisposable
{
    private const int Hold = 1, Commit = 2, Release = 3;
    private const long PeriodSeconds = 10;

    private readonly HttpClient _stockApi = new() { BaseAddress = cluster.Cluster.App.GetEndpoint("stock-api"), Timeout = TimeSpan.FromMinutes(1) };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _stockApi.Dispose();

    [Theory]
    [InlineData(Hold)]
    [InlineData(Commit)]
    [InlineData(Release)]
    public async Task A_record_with_an_unknown_state_is_a_failure_and_is_not_changed(int verb)
    {
        var item = await cluster.Shop.NewItemAsync(5, 35);
        var (saga, startedAt) = (Guid.CreateVersion7(), DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        using var redis = await ConnectionMultiplexer.ConnectAsync((await cluster.Cluster.App.GetConnectionStringAsync("redis", Ct))!);
        var (key, field, record) = ($"r:{startedAt / PeriodSeconds}", saga.ToByteArray(), $"X {item} 1 0");
        await redis.GetDatabase().HashSetAsync(key, field, record);
        var member = new { Saga = saga, StartedAt = startedAt, Verb = verb, Lines = new[] { new { Item = item, Quantity = 1 } } };
        using var response = await _stockApi.PostAsJsonAsync("/internal/reservations", new { Members = new[] { member } }, Ct);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(record, (string?)await redis.GetDatabase().HashGetAsync(key, field));
        Assert.Equal(35, (await cluster.Shop.GetAsync($"/stock/find/{item}")).GetProperty("stock").GetInt64());
    }
}
