using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Tests.Unit.Hosting;

/// <summary>Connection strings and properties of this MongoDB integration, which match those of the official one.</summary>
[Trait("Category", "Unit")]
public sealed class MongoDbHostingTests
{
    private const string Options = "?authSource=admin&authMechanism=SCRAM-SHA-256";

    private readonly IDistributedApplicationBuilder _builder
        = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reference_gives_the_connection_string_and_its_parts()
    {
        var password = _builder.AddParameter("mongo-pw", "s3cret", secret: true);
        var server = Allocate(_builder.AddMongoDB("mongodb", password: password));
        var database = server.AddDatabase("customers");
        var client = _builder.AddExecutable("client", "true", ".").WithReference(database);
        await using var app = _builder.Build();
        var start = await ExecutionConfigurationBuilder.Create(client.Resource).WithEnvironmentVariablesConfig()
            .BuildAsync(_builder.ExecutionContext, cancellationToken: Ct);
        var environment = start.EnvironmentVariables.ToDictionary();

        Assert.Equal("mongodb://admin:s3cret@localhost:7001/" + Options, await server.Resource.ConnectionStringExpression.GetValueAsync(Ct));
        Assert.All(new Dictionary<string, string>
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
        }, variable => Assert.Equal(variable.Value, environment.GetValueOrDefault(variable.Key)));
    }

    [Fact]
    public async Task Names_and_passwords_are_encoded_in_the_connection_string()
    {
        var given = _builder.AddParameter("given", "a@b:c/d%{0}", secret: true);
        var server = Allocate(_builder.AddMongoDB("mongodb", userName: given, password: given));
        Assert.Equal("mongodb://a%40b%3Ac%2Fd%25%7B0%7D:a%40b%3Ac%2Fd%25%7B0%7D@localhost:7001/x%20y" + Options,
            await server.AddDatabase("customers", "x y").Resource.ConnectionStringExpression.GetValueAsync(Ct));
    }

    [Theory]
    [InlineData("mongodb://h", "mongodb://h/db")]
    [InlineData("mongodb://h1,h2:1/", "mongodb://h1,h2:1/db")]
    [InlineData("mongodb://h/?tls=true", "mongodb://h/db?tls=true")]
    [InlineData("mongodb://h/old?tls=true", "mongodb://h/db?tls=true")]
    [InlineData("mongodb+srv://u:p@h", "mongodb+srv://u:p@h/db?authSource=admin")]
    [InlineData("mongodb://u:{x}@h/old?tls=true", "mongodb://u:{x}@h/db?tls=true&authSource=old")]
    [InlineData("mongodb://u:p@h/?authsource=a", "mongodb://u:p@h/db?authsource=a")]
    [InlineData("mongodb://u@h?authMechanism=MONGODB-X509", "mongodb://u@h/db?authMechanism=MONGODB-X509")]
    [InlineData("what?", "what?")]
    public async Task A_redirected_server_gives_its_databases_a_connection_string_with_their_name(string given, string expected)
    {
        var mongodb = _builder.AddMongoDB("mongodb");
        mongodb.WithAnnotation(new ConnectionStringRedirectAnnotation(
            _builder.AddConnectionString("elsewhere", ReferenceExpression.Create($"{given}")).Resource));
        Assert.Equal(given, await mongodb.Resource.ConnectionStringExpression.GetValueAsync(Ct));
        Assert.Equal(expected, await mongodb.AddDatabase("db").Resource.ConnectionStringExpression.GetValueAsync(Ct));
    }

    private static IResourceBuilder<MongoDBServerResource> Allocate(IResourceBuilder<MongoDBServerResource> server)
    {
        var endpoint = server.Resource.PrimaryEndpoint.EndpointAnnotation;
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "localhost", 7001);
        return server;
    }
}
