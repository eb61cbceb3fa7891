using System.Runtime.Versioning;
using System.Text.RegularExpressions;

namespace Tests.Unit.Deployment;

/// <summary>Least privilege for all services of all deployments: none has an administrator's password, and no two share a user.</summary>
[Trait("Category", "Unit"), SupportedOSPlatform("linux")]
public sealed partial class RightsTests(Published published) : IClassFixture<Published>
{
    private static readonly string[] Administrators = ["postgres", "admin", "root", "mongodb"];

    [Theory]
    [InlineData("compose")]
    [InlineData("kubernetes/overlays/local")]
    [InlineData("kubernetes/overlays/production")]
    [InlineData("vms")]
    public void A_service_uses_its_own_database_and_is_not_an_administrator(string folder)
    {
        var connections = Directory.GetFiles(Path.Combine(published.Root, folder), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .SelectMany(file => File.ReadLines(file))
            .Where(static line => !line.StartsWith("Gateway__Engine=", StringComparison.Ordinal))
            .SelectMany(line => Connections().Matches(line)).ToArray();
        Assert.Contains(connections, c => c.Value.Contains("Database=orders", StringComparison.Ordinal));
        Assert.Contains(connections, c => c.Value.StartsWith("mongodb://", StringComparison.Ordinal));
        foreach (var connection in connections)
        {
            var (user, database) = (connection.Groups["user"].Value, connection.Groups["database"].Value);
            Assert.DoesNotContain(user, Administrators);
            // CloudNativePG stores the owner of its cluster's only database in a secret.
            Assert.True(user == database || user == $"$({database.ToUpperInvariant()}_USERNAME)", connection.Value);
            Assert.Contains(database.ToUpperInvariant(), connection.Groups["password"].Value, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Owners_of_databases_are_not_administrators_and_exclude_others()
    {
        foreach (var script in Directory.GetFiles(published.Root, "*owners.sh", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(script);
            Assert.Contains("LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD %L", text, StringComparison.Ordinal);
            if (text.Contains("CREATE DATABASE", StringComparison.Ordinal))
                Assert.Contains("REVOKE ALL ON DATABASE %I FROM PUBLIC", text, StringComparison.Ordinal);
        }
        foreach (var script in Directory.GetFiles(published.Root, "*owners.js", SearchOption.AllDirectories))
            Assert.Equal(["readWrite"], Role().Matches(File.ReadAllText(script)).Select(m => m.Groups[1].Value));
    }

    [Fact]
    public void Over_the_network_Postgres_admits_each_owner_to_its_own_database_only_and_the_machines()
    {
        var rules = Directory.GetFiles(Path.Combine(published.Root, "vms"), "patroni.yml", SearchOption.AllDirectories).SelectMany(File.ReadAllLines)
            .Where(l => l.StartsWith("  - host", StringComparison.Ordinal)).Select(l => l[4..].Split(' ')).ToArray();
        Assert.NotEmpty(rules);
        Assert.All(rules, rule => Assert.True(rule[0] == "hostssl" && (rule[1] == rule[2] || rule[1..3] is ["all", "postgres"] or ["replication", "replicator"])
            && rule[3].EndsWith("-address/32", StringComparison.Ordinal) && rule[4] == "scram-sha-256", string.Join(' ', rule)));
    }

    [Fact]
    public void Services_on_machines_verify_the_certificates_of_Postgres_and_Redis()
    {
        var connections = Directory.GetFiles(Path.Combine(published.Root, "vms"), "*.env", SearchOption.AllDirectories).SelectMany(File.ReadAllLines)
            .Where(l => l.StartsWith("ConnectionStrings__", StringComparison.Ordinal) || l.StartsWith("Gateway__Engine=", StringComparison.Ordinal)).ToArray();
        const string Verified = ";SSL Mode=VerifyFull;Root Certificate=/etc/shop/cluster/authority.pem\"";
        Assert.Equal(9, connections.Count(l => l.EndsWith(Verified, StringComparison.Ordinal)));
        Assert.Equal(3, connections.Count(l => l.Contains("serviceName=shop,ssl=true", StringComparison.Ordinal)));
        Assert.Equal(3, connections.Count(l => l.Contains("mongodb://", StringComparison.Ordinal))); // the machine's own gateway
        Assert.Equal(15, connections.Length);
    }

    [Fact]
    public void Services_cannot_administer_Redis_or_its_sentinels()
    {
        string[] users =
        [
            .. new[] { "redis*.env", "*.users" }.SelectMany(files => Directory.GetFiles(published.Root, files, SearchOption.AllDirectories))
                .SelectMany(File.ReadLines)
                .Where(l => l.StartsWith("user default ", StringComparison.Ordinal)),
            .. Directory.GetFiles(published.Root, "*.yaml", SearchOption.AllDirectories).SelectMany(File.ReadLines)
                .Where(l => l.Contains("redis-server", StringComparison.Ordinal)),
        ];
        Assert.Equal(10, users.Length);
        Assert.All(users, user => Assert.Matches(@"default on .*-@admin.*-@dangerous", user));
    }

    // Connection strings of Postgres and of MongoDB.
    [GeneratedRegex(@"Host=[^;]+;(Port=\d+;)?Username=(?<user>[^;]+);Password=(?<password>[^;]+);Database=(?<database>\w+)" +
        @"|mongodb://(?<user>[^:/]+):(?<password>.+?)@(?=[\w-]+[.:-])[^/@]+/(?<database>\w+)\?")]
    private static partial Regex Connections();

    [GeneratedRegex(@"role: '(\w+)'")]
    private static partial Regex Role();
}
