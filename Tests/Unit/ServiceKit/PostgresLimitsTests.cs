using Npgsql;
using ServiceKit.Postgres;

namespace Tests.Unit.ServiceKit;

[Trait("Category", "Unit")]
public sealed class PostgresLimitsTests
{
    [Theory]
    [InlineData("Host=10.0.0.1:5432,10.0.0.2:5432,10.0.0.3:5432;Database=orders", "primary", 1)]
    [InlineData("Host=10.0.0.1;Port=5432;Database=orders", null, 5)]
    [InlineData("Host=/run/postgres;Database=orders", null, 5)]
    public void Of_several_hosts_the_primary_is_used(string text, string? target, int timeoutSeconds)
    {
        var connection = new NpgsqlConnectionStringBuilder(text);
        PostgresLimits.Set(connection);
        Assert.Equal((target, timeoutSeconds), (connection.TargetSessionAttributes, connection.Timeout));
    }

    /// <summary>While no host is the primary, requests get 503 and not 500.</summary>
    [Fact]
    public async Task A_missing_primary_is_an_outage()
    {
        var builder = new NpgsqlDataSourceBuilder("Host=127.0.0.1:1,127.0.0.2:1;Username=a;Password=b;Database=c");
        PostgresDataSource.Configure(builder);
        await using var database = builder.Build();
        for (var time = 0; time < 2; time++) // the second time both are known not to answer
        {
            var failure = await Assert.ThrowsAsync<NpgsqlException>(async () => await database.OpenConnectionAsync(TestContext.Current.CancellationToken));
            Assert.True(PostgresLimits.IsOutage(failure), failure.ToString());
        }
    }
}
