using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Tests.Unit.Hosting;

/// <summary>What a reference puts into the environment, and the texts it is made of.</summary>
[Trait("Category", "Unit")]
public sealed class ReferenceTests : IDisposable
{
    private readonly Model _model = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task Text_and_values_keep_their_braces()
    {
        var password = _model.Password;
        var inner = ReferenceExpression.Create($"{{x}} {password}");
        var outer = ReferenceExpression.Create($"[{inner}] {"{1}"} {password} {{}}");

        Assert.Equal("[{x} s3cret{0}] {1} s3cret{0} {}", await outer.GetValueAsync(Ct));
        Assert.Equal("[{x} {pw.value}] {1} {pw.value} {}", outer.ValueExpression);
        Assert.Equal("{}", await ReferenceExpression.Create($"{{}}").GetValueAsync(Ct));
        Assert.Equal("", await ReferenceExpression.Empty.GetValueAsync(Ct));
    }

    [Fact]
    public async Task A_service_is_found_by_name_and_every_replica_is_listed()
    {
        var api = _model.AddApi("stock-api", 7001, 7002, 7003);
        AssertExactly(await _model.EnvironmentAsync(c => c.WithReference(api)), new()
        {
            ["STOCK_API_HTTP"] = "http://localhost:7001",
            ["services__stock-api__http__0"] = "http://localhost:7001",
            ["services__stock-api__http__1"] = "http://localhost:7002",
            ["services__stock-api__http__2"] = "http://localhost:7003",
        });
    }

    [Fact]
    public async Task An_endpoint_with_a_name_of_its_own_is_found_by_that()
    {
        var api = _model.AddApi("api", 7001).WithHttpEndpoint(name: "my-grpc");
        Model.Allocate(api, "my-grpc", 7009);
        AssertExactly(await _model.EnvironmentAsync(c => c.WithReference(api)), new()
        {
            ["API_HTTP"] = "http://localhost:7001",
            ["services__api__http__0"] = "http://localhost:7001",
            ["API_MY_GRPC"] = "http://localhost:7009",
            ["services__api__my-grpc__0"] = "http://localhost:7009",
        });
    }

    [Fact]
    public async Task A_reference_to_an_endpoint_gives_that_one_alone()
    {
        var api = _model.AddApi("api", 7001).WithHttpEndpoint(name: "admin");
        Model.Allocate(api, "admin", 7009);
        AssertExactly(await _model.EnvironmentAsync(c => c.WithReference(api.GetEndpoint("admin"))), new()
        {
            ["API_ADMIN"] = "http://localhost:7009",
            ["services__api__admin__0"] = "http://localhost:7009",
        });
    }

    [Theory]
    [InlineData("my-db", "my_db")]
    [InlineData("1st", "_1st")]
    [InlineData("a.b c", "a_b_c")]
    [InlineData("Plain_1", "Plain_1")]
    public void Names_become_names_of_variables(string name, string expected) => Assert.Equal(expected, ResourceBuilderExtensions.EnvironmentName(name));

    [Fact]
    public async Task Postgres_gives_its_connection_string_and_the_parts()
    {
        var server = Model.Allocate(_model.Builder.AddPostgres("postgres", password: _model.Password), "tcp", 7001);
        var database = server.AddDatabase("my-orders", "orders");
        var environment = await _model.EnvironmentAsync(c => c.WithReference(database));

        Assert.Equal("Host=localhost;Port=7001;Username=postgres;Password=s3cret{0}", await server.Resource.ConnectionStringExpression.GetValueAsync(Ct));
        AssertContains(environment, new()
        {
            ["ConnectionStrings__my-orders"] = "Host=localhost;Port=7001;Username=postgres;Password=s3cret{0};Database=orders",
            ["MY_ORDERS_HOST"] = "localhost",
            ["MY_ORDERS_PORT"] = "7001",
            ["MY_ORDERS_USERNAME"] = "postgres",
            ["MY_ORDERS_PASSWORD"] = "s3cret{0}",
            ["MY_ORDERS_DATABASENAME"] = "orders",
        });
    }

    [Fact]
    public async Task A_connection_can_have_another_name()
    {
        var server = Model.Allocate(_model.Builder.AddPostgres("postgres", password: _model.Password), "tcp", 7001);
        var environment = await _model.EnvironmentAsync(c => c.WithReference(server, "main-db"));
        Assert.Contains("ConnectionStrings__main-db", environment.Keys);
        Assert.Contains("MAIN_DB_HOST", environment.Keys);
        Assert.DoesNotContain(environment.Keys, name => name.Contains("postgres", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Redis_gives_its_connection_string_and_the_parts()
    {
        var redis = Model.Allocate(_model.Builder.AddRedis("redis", password: _model.Password), "tcp", 7001);
        AssertContains(await _model.EnvironmentAsync(c => c.WithReference(redis)), new()
        {
            ["ConnectionStrings__redis"] = "localhost:7001,password=s3cret{0}",
            ["REDIS_HOST"] = "localhost",
            ["REDIS_PORT"] = "7001",
            ["REDIS_PASSWORD"] = "s3cret{0}",
        });
        Assert.Equal("localhost:7001", await redis.WithPassword(null).Resource.ConnectionStringExpression.GetValueAsync(Ct));
    }

    [Fact]
    public async Task MongoDB_gives_its_connection_string_and_the_parts()
    {
        var password = _model.Builder.AddParameter("mongo-pw", "s3cret", secret: true);
        var server = Model.Allocate(_model.Builder.AddMongoDB("mongodb", password: password), "tcp", 7001);
        var database = server.AddDatabase("customers");
        const string Options = "?authSource=admin&authMechanism=SCRAM-SHA-256";

        Assert.Equal("mongodb://admin:s3cret@localhost:7001/" + Options, await server.Resource.ConnectionStringExpression.GetValueAsync(Ct));
        AssertContains(await _model.EnvironmentAsync(c => c.WithReference(database)), new()
        {
            ["ConnectionStrings__customers"] = "mongodb://admin:s3cret@localhost:7001/customers" + Options,
            ["CUSTOMERS_HOST"] = "localhost",
            ["CUSTOMERS_PORT"] = "7001",
            ["CUSTOMERS_USERNAME"] = "admin",
            ["CUSTOMERS_PASSWORD"] = "s3cret",
            ["CUSTOMERS_DATABASENAME"] = "customers",
            ["CUSTOMERS_AUTHENTICATIONDATABASE"] = "admin",
            ["CUSTOMERS_AUTHENTICATIONMECHANISM"] = "SCRAM-SHA-256",
        });
    }

    [Fact]
    public async Task A_server_that_exists_elsewhere_is_taken_as_it_is_given()
    {
        _model.Builder.Configuration["ConnectionStrings:postgres"] = "Host=db.example;Password={x}";
        var server = _model.Builder.AddPostgres("postgres");
        var database = server.AddDatabase("orders");

        AssertExactly(await _model.EnvironmentAsync(c => c.WithReference(server)), new() { ["ConnectionStrings__postgres"] = "Host=db.example;Password={x}" });
        Assert.Equal("Host=db.example;Password={x};Database=orders", await database.Resource.ConnectionStringExpression.GetValueAsync(Ct));
    }

    [Fact]
    public async Task A_database_that_exists_elsewhere_is_taken_as_it_is_given()
    {
        _model.Builder.Configuration["ConnectionStrings:orders"] = "Host=db.example;Database=o";
        var database = _model.Builder.AddPostgres("postgres").AddDatabase("orders");
        AssertExactly(await _model.EnvironmentAsync(c => c.WithReference(database)), new() { ["ConnectionStrings__orders"] = "Host=db.example;Database=o" });
    }

    [Fact]
    public async Task A_connection_string_that_nobody_gave_is_asked_for()
    {
        var missing = _model.Builder.AddConnectionString("elsewhere");
        var trouble = await Assert.ThrowsAnyAsync<DistributedApplicationException>(() => _model.EnvironmentAsync(c => c.WithReference(missing)));
        Assert.Contains("ConnectionStrings__elsewhere", trouble.Message, StringComparison.Ordinal);
    }

    private static void AssertExactly(Dictionary<string, string> environment, Dictionary<string, string> expected) => Assert.Equal(
        expected.OrderBy(v => v.Key, StringComparer.Ordinal), environment.OrderBy(v => v.Key, StringComparer.Ordinal));

    private static void AssertContains(Dictionary<string, string> environment, Dictionary<string, string> expected) => Assert.All(
        expected, variable => Assert.Equal(variable.Value, environment.GetValueOrDefault(variable.Key)));
}
