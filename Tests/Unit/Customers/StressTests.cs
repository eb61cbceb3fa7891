extern alias CustomerApi;
using CustomerApi::Customer.Api.Configuration;
using CustomerApi::Customer.Api.Customers;
using CustomerApi::Customer.Api.Stress;
using MongoDB.Bson;

namespace Tests.Unit.Customers;

[Trait("Category", "Unit")]
public sealed class StressTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(512)]
    [InlineData(1024)]
    [InlineData(64 * 1024)]
    public void A_document_has_the_requested_size_and_an_expiry_time(int bytes)
    {
        var stress = new StressCollection(new CustomerSettings { CollectionName = "people" }, _time);
        var document = stress.NewDocument(bytes);
        Assert.Equal(bytes, document.ToBson().Length);
        Assert.Equal(_time.GetUtcNow().UtcDateTime, document["made_at"].ToUniversalTime());
        Assert.Equal("people_stress", stress.Name);
        Assert.NotEqual(document["data"], stress.NewDocument(bytes)["data"]);
    }

    [Fact]
    public void Bytes_per_time_are_limited_and_rejected_requests_do_not_count()
    {
        var budget = new InsertBudget(100, TimeSpan.FromMinutes(5), _time);
        Assert.True(budget.TryTake(60));
        _time.Advance(TimeSpan.FromMinutes(3));
        Assert.False(budget.TryTake(41));
        Assert.True(budget.TryTake(40));
        Assert.False(budget.TryTake(1));
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.True(budget.TryTake(60));
        Assert.False(budget.TryTake(1));
    }

    [Fact]
    public async Task A_gate_admits_up_to_its_limit_and_frees_a_place_when_the_client_leaves()
    {
        using var gate = new StressGate(1);
        using var client = new CancellationTokenSource();
        var first = gate.RunAsync(WaitAsync, client.Token);
        Assert.Null(await gate.RunAsync(WaitAsync, TestContext.Current.CancellationToken));
        await client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.Equal("done", await gate.RunAsync(static _ => Task.FromResult<string?>("done"), TestContext.Current.CancellationToken));

        // Like the real work, which returns its result so far when cancelled.
        static async Task<string?> WaitAsync(CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(static _ => { }, TaskScheduler.Default);
            return "cut short";
        }
    }

    [Fact]
    public void Levels_are_nested_and_alternate_between_groups_sorts_and_joins()
    {
        static string[] Stages(int depth) => [.. HeavyComputation.Pipeline(depth, 1_000, "people").Select(stage => stage.GetElement(0).Name)];
        Assert.Equal(["$limit", "$project", "$group", "$group"], Stages(1));
        Assert.Equal(["$limit", "$project", "$group", "$sort", "$limit", "$lookup", "$project", "$group", "$group"], Stages(4));
        Assert.Equal(1_000, HeavyComputation.Pipeline(1, 1_000, "people").First()["$limit"]);
    }

    [Theory]
    [InlineData(null, "low", 1_000)]
    [InlineData("", "low", 1_000)]
    [InlineData("high", "high", 100_000)]
    public void The_complexity_limits_the_customers(string? name, string found, int customers)
    {
        var complexity = Complexity.Find(name)!;
        Assert.Equal((found, customers), (complexity.Name, complexity.Customers));
        Assert.Null(Complexity.Find("extreme"));
    }
}
