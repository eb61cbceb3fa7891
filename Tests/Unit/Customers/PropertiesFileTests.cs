extern alias CustomerApi;
using CustomerApi::Customer.Api;
using CustomerApi::Customer.Api.Configuration;
using Microsoft.Extensions.Configuration;
using MongoDB.Driver;

namespace Tests.Unit.Customers;

[Trait("Category", "Unit")]
public sealed class PropertiesFileTests
{
    private const string Uri = "mongodb://user:p=w%3Ad@db1:27017,db2:27017/shop?authSource=admin&maxPoolSize=7";

    [Fact]
    public void Comments_blanks_and_both_separators_are_read_as_in_java()
    {
        var errors = new List<string>();
        var lines = PropertiesFile.Parse("f", "\uFEFF# one\r\n! two\n\n  a = 1 \nb:2\n c=x=y:z # no comment\nd=\n", errors);
        Assert.Empty(errors);
        Assert.Equal([new(4, "a", "1"), new(5, "b", "2"), new(6, "c", "x=y:z # no comment"), new(7, "d", "")], lines);
    }

    [Theory]
    [InlineData("a", "f:1: 'a' has no value; write a = VALUE.")]
    [InlineData("= 1", "f:1: there is no key before '='.")]
    [InlineData("a=1\n\na=2", "f:3: 'a' stands in line 1 already.")]
    public void An_invalid_line_is_named(string text, string error)
    {
        var errors = new List<string>();
        PropertiesFile.Parse("f", text, errors);
        Assert.Equal([error], errors);
    }

    [Fact]
    public void Without_a_file_there_are_defaults_and_the_connection_string_of_the_host()
    {
        var settings = Read("", connectionString: Uri);
        Assert.Equal((Uri, "shop", "customers", 1024, 10), (settings.ConnectionUri, settings.DatabaseName, settings.CollectionName, settings.MaxPayloadSizeKb,
            settings.AnalyticsRefreshSeconds));
        Assert.Null(settings.MaxPoolSize);
        Assert.StartsWith("customer-", settings.InstanceId, StringComparison.Ordinal);
        Assert.NotEqual(settings.InstanceId, Read("", connectionString: Uri).InstanceId);
    }

    [Theory]
    [InlineData("", null, "mongodb://localhost:27017", "customers_db")]
    [InlineData("", "mongodb://db1/", "mongodb://db1/", "customers_db")]
    [InlineData("", "mongodb://db1/shop", "mongodb://db1/shop", "shop")]
    [InlineData("database_name=customers", "mongodb://db1/shop", "mongodb://db1/shop", "customers")]
    [InlineData("connection_uri=mongodb://db2/", "mongodb://db1/shop", "mongodb://db2/", "customers_db")]
    public void Missing_settings_have_defaults(string text, string? connectionString, string uri, string database)
    {
        var settings = Read(text, connectionString);
        Assert.Equal((uri, database, "customers"), (settings.ConnectionUri, settings.DatabaseName, settings.CollectionName));
        var client = MongoClientSettings.FromConnectionString(settings.ConnectionUri);
        ClientSettings.Apply(settings, client);
        Assert.Equal((WriteConcern.WMajority, 100), (client.WriteConcern, client.MaxConnectionPoolSize));
    }

    [Theory]
    [InlineData(null, null, 5000)]
    [InlineData("urls", "http://localhost:5104", null)]
    [InlineData("http_ports", "8080", null)]
    [InlineData("Kestrel:Endpoints:Http:Url", "http://*:81", null)]
    public void The_port_is_5000_unless_the_host_overrides_it(string? key, string? value, int? port)
    {
        var configuration = new ConfigurationManager();
        if (key is not null) configuration[key] = value;
        Assert.Equal(port, CustomerServices.DefaultPort(configuration));
    }

    [Fact]
    public void The_environment_wins_over_the_file_and_the_file_over_the_connection_string()
    {
        var settings = Read($"connection_uri={Uri}\ndatabase_name = mine\nmax_pool_size = 5\nmin_pool_size=2\ninstance_id=vm-1\nstress_enabled = true\n"
            + "write_concern: 2\nlog_level=warning\napi_port=8080\n", ("MAX_POOL_SIZE", "9"), ("INSTANCE_ID", " vm-2 "), ("STRESS_ENABLED", ""));
        Assert.Equal((Uri, "mine", 9, 2, "vm-2", true), (settings.ConnectionUri, settings.DatabaseName, settings.MaxPoolSize, settings.MinPoolSize,
            settings.InstanceId, settings.IsStressEnabled));
        Assert.Equal(("2", "Warning", 8080), (settings.WriteConcern, settings.LogLevel.ToString(), settings.ApiPort));
    }

    [Theory]
    [InlineData("max_pol_size=1", "config.properties:1: unknown key 'max_pol_size'. Known are connection_uri, ")]
    [InlineData("#\nmax_pool_size=many", "config.properties:2: max_pool_size: 'many' is not a whole number from 1 to 10000.")]
    [InlineData("max_pool_size=0", "config.properties:1: max_pool_size: '0' is not a whole number from 1 to 10000.")]
    [InlineData("max_pool_size=1.5", "config.properties:1: max_pool_size: '1.5' is not a whole number from 1 to 10000.")]
    [InlineData("api_port=65536", "config.properties:1: api_port: '65536' is not a whole number from 1 to 65535.")]
    [InlineData("write_concern=0", "config.properties:1: write_concern: '0' is not majority or a whole number from 1 to 7.")]
    [InlineData("tls_enabled=yes", "config.properties:1: tls_enabled: 'yes' is not true or false.")]
    [InlineData("log_level=loud", "config.properties:1: log_level: 'loud' is not one of trace, debug, information, warning, error, critical, none.")]
    [InlineData("log_level=3", "config.properties:1: log_level: '3' is not one of ")]
    [InlineData("instance_id=a b", "config.properties:1: instance_id: 'a b' is not a name of 1 to 60 letters, digits, - and _.")]
    [InlineData("tls_ca_file_path=/no/such.pem", "config.properties:1: tls_ca_file_path: '/no/such.pem' is not a file with certificates in PEM form.")]
    [InlineData("connection_uri=postgres://u:secret@h", "config.properties:1: connection_uri: the value is not a MongoDB connection string.")]
    [InlineData("max_pool_size=2\nmin_pool_size=3", "min_pool_size: 3 is more than max_pool_size, 2.")]
    public void Errors_are_reported_with_their_line(string text, string error)
    {
        var errors = new List<string>();
        CustomerSettings.Read("config.properties", text, static _ => null, "mongodb://h/", errors);
        Assert.StartsWith(error, Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_are_reported_together_with_those_of_the_environment()
    {
        var errors = new List<string>();
        CustomerSettings.Read("f", "a=1\nmax_pool_size=x", static name => name == "API_PORT" ? "http" : null, null, errors);
        Assert.Equal(3, errors.Count);
        Assert.StartsWith("environment variable API_PORT: 'http' is not", errors[2], StringComparison.Ordinal);
    }

    [Fact]
    public void No_password_is_repeated()
    {
        var errors = new List<string>();
        CustomerSettings.Read("f", "connection_uri = mongodb://user:secret@h:port/?maxPoolSize=x", static _ => null, null, errors);
        Assert.DoesNotContain("secret", Assert.Single(errors), StringComparison.Ordinal);
    }

    private static CustomerSettings Read(string text, params (string Name, string Value)[] environment) => Read(text, null, environment);

    private static CustomerSettings Read(string text, string? connectionString, params (string Name, string Value)[] environment)
    {
        var errors = new List<string>();
        var settings = CustomerSettings.Read(
            "config.properties", text, name => environment.FirstOrDefault(v => v.Name == name).Value, connectionString, errors);
        Assert.Empty(errors);
        return settings;
    }
}
