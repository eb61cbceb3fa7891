using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using NativeEngines;

namespace Tests.Unit.Hosting;

/// <summary>Servers and databases that are configured as <c>ConnectionStrings:NAME</c>.</summary>
[Trait("Category", "Unit")]
public sealed class ExternalServerTests
{
    private readonly IDistributedApplicationBuilder _builder
        = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true }).AddNativeEngines();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_configured_server_is_used_with_its_databases_and_none_is_started()
    {
        _builder.Configuration["ConnectionStrings:postgres"] = "Host=db.example;Password={x}";
        _builder.Configuration["ConnectionStrings:mongodb"] = "mongodb://m.example";
        _builder.Configuration["ConnectionStrings:redis"] = "cache.example:6379";
        var (postgres, mongodb, redis) = (_builder.AddPostgres("postgres"), _builder.AddMongoDB("mongodb"), _builder.AddRedis("redis"));
        var environment = await EnvironmentAsync(postgres.AddDatabase("orders"), mongodb.AddDatabase("customers"), redis);

        Assert.Equal("Host=db.example;Password={x};Database=orders", environment["ConnectionStrings__orders"]);
        Assert.Equal("mongodb://m.example/customers", environment["ConnectionStrings__customers"]);
        Assert.Equal("cache.example:6379", environment["ConnectionStrings__redis"]);
        Assert.DoesNotContain(_builder.Resources, resource => resource.IsContainer());
    }

    [Fact]
    public async Task A_database_is_used_beside_the_local_server_of_another_one()
    {
        _builder.Configuration["ConnectionStrings:orders"] = "Host=db.example;Database=o";
        var postgres = _builder.AddPostgres("postgres");
        var payments = postgres.AddDatabase("payments");
        var environment = await EnvironmentAsync(postgres.AddDatabase("orders"));

        Assert.Equal("Host=db.example;Database=o", environment["ConnectionStrings__orders"]);
        Assert.True(payments.Resource.Parent.IsContainer());
    }

    [Fact]
    public async Task A_server_whose_databases_are_all_elsewhere_is_not_started()
    {
        _builder.Configuration["ConnectionStrings:orders"] = "Host=db.example;Database=o";
        var orders = _builder.AddPostgres("postgres").AddDatabase("orders");
        Assert.Equal("Host=db.example;Database=o", (await EnvironmentAsync(orders))["ConnectionStrings__orders"]);
        Assert.False(orders.Resource.Parent.IsContainer());
    }

    /// <summary>Returns the variables of a client that references all of them.</summary>
    private async Task<Dictionary<string, string>> EnvironmentAsync(params IResourceBuilder<IResourceWithConnectionString>[] stores)
    {
        var client = _builder.AddExecutable("client", "true", ".")
            .WithReferenceEnvironment(ReferenceEnvironmentInjectionFlags.ConnectionString);
        foreach (var store in stores) client.WithReference(store);
        await using var app = _builder.Build();
        await app.Services.GetRequiredService<ExternalServers>().ApplyAsync(app.Services.GetRequiredService<DistributedApplicationModel>(), Ct);
        var start = await ExecutionConfigurationBuilder.Create(client.Resource).WithEnvironmentVariablesConfig()
            .BuildAsync(_builder.ExecutionContext, cancellationToken: Ct);
        return start.EnvironmentVariables.ToDictionary();
    }
}
