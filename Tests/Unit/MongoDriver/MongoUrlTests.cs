using MongoDB.Driver;

namespace Tests.Unit.MongoDriver;

[Trait("Category", "Unit")]
public sealed class MongoUrlTests
{
    [Fact]
    public void Every_option_arrives_in_the_settings()
    {
        var settings = MongoClientSettings.FromConnectionString(
            "mongodb://u%20ser:p%40ss@a:1,B,[::1]:3/db?authSource=admin&tls=true&w=majority&journal=true"
            + "&wtimeoutMS=5&readPreference=secondaryPreferred&maxPoolSize=7"
            + "&minPoolSize=2&waitQueueTimeoutMS=11&connectTimeoutMS=12&socketTimeoutMS=13&serverSelectionTimeoutMS=14&maxIdleTimeMS=15&retryWrites=false"
            + "&replicaSet=rs&appName=shop&authMechanism=SCRAM-SHA-256&maxConnecting=3&unknownOption=1");
        Assert.Equal([new("a", 1), new("b", 27017), new("::1", 3)], settings.Servers);
        Assert.Equal(("u ser", "admin"), (settings.Credential!.Username, settings.Credential.Source));
        Assert.Equal(("{ \"w\" : \"majority\", \"wtimeout\" : 5.0, \"j\" : true }", ReadPreferenceMode.SecondaryPreferred),
            (settings.WriteConcern.ToString(), settings.ReadPreference.ReadPreferenceMode));
        Assert.Equal((true, 7, 2, false, "rs", "shop", 3),
            (settings.UseTls, settings.MaxConnectionPoolSize, settings.MinConnectionPoolSize, settings.RetryWrites, settings.ReplicaSetName,
                settings.ApplicationName, settings.MaxConnecting));
        Assert.Equal([11, 12, 13, 14, 15], new[]
        {
            settings.WaitQueueTimeout, settings.ConnectTimeout, settings.SocketTimeout, settings.ServerSelectionTimeout, settings.MaxConnectionIdleTime,
        }.Select(static time => time.TotalMilliseconds));
        Assert.Equal("db", new MongoUrl("mongodb://h/db?w=1").DatabaseName);
        Assert.Null(new MongoUrl("mongodb://h/?w=1").DatabaseName);
    }

    [Theory]
    [InlineData("http://h")]
    [InlineData("mongodb+srv://h")]
    [InlineData("mongodb://")]
    [InlineData("mongodb://h:0")]
    [InlineData("mongodb://h:70000")]
    [InlineData("mongodb://h:x")]
    [InlineData("mongodb://user@h")]
    [InlineData("mongodb://u:s3cret@x@h")]
    [InlineData("mongodb://h/?maxPoolSize=-1")]
    [InlineData("mongodb://h/?maxPoolSize=0")]
    [InlineData("mongodb://h/?maxPoolSize=1&minPoolSize=2")]
    [InlineData("mongodb://h/?tls=yes")]
    [InlineData("mongodb://h/?w=")]
    [InlineData("mongodb://h/?readPreference=near")]
    [InlineData("mongodb://a,b/?directConnection=true")]
    [InlineData("mongodb://h/?authMechanism=PLAIN")]
    public void What_makes_no_sense_is_refused_without_the_password(string url)
        => Assert.DoesNotContain("s3cret", Assert.ThrowsAny<MongoConfigurationException>(() => new MongoClient(url)).Message, StringComparison.Ordinal);
}
