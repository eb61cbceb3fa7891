using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

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
    public async Task Values_are_encoded_where_the_text_asks_for_it()
    {
        var password = _model.Password;
        var text = ReferenceExpression.Create($"{password:uri} {"a/b{}":uri} {password}");
        Assert.Equal("s3cret%7B0%7D a%2Fb%7B%7D s3cret{0}", await text.GetValueAsync(Ct));
        Assert.Equal("{pw.value} a%2Fb%7B%7D {pw.value}", text.ValueExpression);
        Assert.Equal(["uri", null], text.StringFormats);
        await Assert.ThrowsAsync<NotSupportedException>(async () => await ReferenceExpression.Create($"{password:shout}").GetValueAsync(Ct));
    }

    [Fact]
    public async Task An_endpoint_that_is_allocated_by_hand_is_found_as_its_only_replica()
    {
        var api = _model.Builder.AddExecutable("api", "true", ".").WithHttpEndpoint();
        var endpoint = api.GetEndpoint("http").EndpointAnnotation;
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", 7001);
        var environment = await _model.EnvironmentAsync(c => c.WithReference(api.GetEndpoint("http")));
        Assert.Equal("http://localhost:7001", environment["services__api__http__0"]);
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
        var environment = await _model.EnvironmentAsync(c => c.WithReference(database).WithReference(server));

        Assert.Equal("Host=localhost;Port=7001;Username=postgres;Password=s3cret{0}", await server.Resource.ConnectionStringExpression.GetValueAsync(Ct));
        AssertContains(environment, new()
        {
            ["ConnectionStrings__my-orders"] = "Host=localhost;Port=7001;Username=postgres;Password=s3cret{0};Database=orders",
            ["MY_ORDERS_HOST"] = "localhost",
            ["MY_ORDERS_PORT"] = "7001",
            ["MY_ORDERS_USERNAME"] = "postgres",
            ["MY_ORDERS_PASSWORD"] = "s3cret{0}",
            ["MY_ORDERS_DATABASENAME"] = "orders",
            ["MY_ORDERS_URI"] = "postgresql://postgres:s3cret%7B0%7D@localhost:7001/orders",
            ["MY_ORDERS_JDBCCONNECTIONSTRING"] = "jdbc:postgresql://localhost:7001/orders",
            ["POSTGRES_URI"] = "postgresql://postgres:s3cret%7B0%7D@localhost:7001",
            ["POSTGRES_JDBCCONNECTIONSTRING"] = "jdbc:postgresql://localhost:7001",
        });
    }

    [Theory]
    [InlineData("$HOME {{.}} \\ \"x\"; 'y")]
    [InlineData("'a'")]
    [InlineData("\"a\"")]
    [InlineData(" a ")]
    [InlineData("a;Host=elsewhere")]
    [InlineData("=")]
    public async Task Postgres_takes_any_name_and_password(string text)
    {
        var given = _model.Builder.AddParameter("given", text, secret: true);
        var server = Model.Allocate(_model.Builder.AddPostgres("postgres", userName: given, password: given), "tcp", 7001);
        var database = server.AddDatabase("orders", text);
        var read = new NpgsqlConnectionStringBuilder(await database.Resource.ConnectionStringExpression.GetValueAsync(Ct));
        Assert.Equal(("localhost", 7001, text, text, text), (read.Host, read.Port, read.Username, read.Password, read.Database));
    }

    [Fact]
    public async Task A_connection_string_that_cannot_be_read_is_said_to_be_unhealthy()
    {
        _model.Builder.Configuration["ConnectionStrings:orders"] = "what?";
        _model.Builder.AddPostgres("postgres").AddDatabase("orders");
        await using var app = _model.Builder.Build();
        var report = await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(c => c.Name == "orders_check", Ct);
        var check = Assert.Single(report.Entries).Value;
        Assert.Equal(HealthStatus.Unhealthy, check.Status);
        Assert.StartsWith("The connection string cannot be read", check.Description, StringComparison.Ordinal);
        Assert.Null(check.Exception);
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
            ["REDIS_URI"] = "redis://:s3cret%7B0%7D@localhost:7001",
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
            ["CUSTOMERS_URI"] = "mongodb://admin:s3cret@localhost:7001/customers" + Options,
        });
    }

    [Fact]
    public async Task MongoDB_encodes_what_goes_into_its_address()
    {
        var given = _model.Builder.AddParameter("given", "a@b:c/d%{0}", secret: true);
        var server = Model.Allocate(_model.Builder.AddMongoDB("mongodb", userName: given, password: given), "tcp", 7001);
        Assert.Equal("mongodb://a%40b%3Ac%2Fd%25%7B0%7D:a%40b%3Ac%2Fd%25%7B0%7D@localhost:7001/x%20y?authSource=admin&authMechanism=SCRAM-SHA-256",
            await server.AddDatabase("customers", "x y").Resource.ConnectionStringExpression.GetValueAsync(Ct));
    }

    [Theory]
    [InlineData("mongodb://h", "mongodb://h/db")]
    [InlineData("mongodb://h1,h2:1/", "mongodb://h1,h2:1/db")]
    [InlineData("mongodb://h/?tls=true", "mongodb://h/db?tls=true")]
    [InlineData("mongodb://h/old?tls=true", "mongodb://h/db?tls=true")]
    [InlineData("mongodb+srv://u:p@h", "mongodb+srv://u:p@h/db?authSource=admin")]
    [InlineData("mongodb://u:p@h/old?tls=true", "mongodb://u:p@h/db?tls=true&authSource=old")]
    [InlineData("mongodb://u:p@h/?authsource=a", "mongodb://u:p@h/db?authsource=a")]
    [InlineData("mongodb://u@h?authMechanism=MONGODB-X509", "mongodb://u@h/db?authMechanism=MONGODB-X509")]
    [InlineData("what?", "what?")]
    public async Task A_database_of_a_MongoDB_server_elsewhere_is_named_in_the_address(string server, string expected)
    {
        _model.Builder.Configuration["ConnectionStrings:mongodb"] = server;
        var mongodb = _model.Builder.AddMongoDB("mongodb");
        Assert.Equal(server, await mongodb.Resource.ConnectionStringExpression.GetValueAsync(Ct));
        Assert.Equal(expected, await mongodb.AddDatabase("db").Resource.ConnectionStringExpression.GetValueAsync(Ct));
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

    [Fact]
    public async Task A_server_elsewhere_is_proposed_only_where_one_would_be_used()
    {
        _model.Builder.Configuration["ASPIRE_CONTAINER_RUNTIME"] = "none";
        var cache = _model.Builder.AddRedis("cache").WithImage("vendor/other");
        Assert.Contains("ConnectionStrings__cache", await TroubleAsync(), StringComparison.Ordinal);

        _model.Builder.Resources.Remove(cache.Resource);
        _model.Builder.AddContainer("gateway", "vendor/other");
        Assert.DoesNotContain("ConnectionStrings__", await TroubleAsync(), StringComparison.Ordinal);

        async Task<string> TroubleAsync() => (await Assert.ThrowsAsync<DistributedApplicationException>(() => ContainerEngine.DetectAsync(
            bundle: null!, new DistributedApplicationModel(_model.Builder.Resources), _model.Builder.Configuration, Ct))).Message;
    }

    private static void AssertExactly(Dictionary<string, string> environment, Dictionary<string, string> expected) => Assert.Equal(
        expected.OrderBy(v => v.Key, StringComparer.Ordinal), environment.OrderBy(v => v.Key, StringComparer.Ordinal));

    private static void AssertContains(Dictionary<string, string> environment, Dictionary<string, string> expected) => Assert.All(
        expected, variable => Assert.Equal(variable.Value, environment.GetValueOrDefault(variable.Key)));
}
