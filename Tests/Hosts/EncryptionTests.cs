using System.Net;
using System.Runtime.Versioning;
using System.Text;
using System.Text.RegularExpressions;
using Tests.Cluster;

namespace Tests.Hosts;

/// <summary>Nobody on the network of the three machines can read what their stores and the stores' clients send, or connect without credentials.</summary>
[Collection(SharedHosts.Name), Trait("Category", "Hosts")]
[SupportedOSPlatform("linux")]
public sealed class EncryptionTests(ThreeHosts hosts)
{
    private const int Gateway = 8000;

    private static readonly Dictionary<int, string> StorePorts = new()
    {
        [2379] = "etcd", [2380] = "etcd's members", [5432] = "Postgres", [5433] = "the document engine", [6379] = "Redis", [26379] = "Sentinel",
        [8008] = "Patroni of Postgres", [8009] = "Patroni of the document engine",
    };

    [Fact(Timeout = HostRun.LimitMs)]
    public Task No_password_and_no_row_can_be_read_on_the_wire() => HostRun.TryAsync(hosts, async () =>
    {
        var secrets = (await hosts.Machines[0].RunAsync("cat", "/etc/shop/secrets.env")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(static line => line.Split('=')[0], static line => line.Split('=')[1]);
        var marker = $"marker{Guid.NewGuid():N}";
        ILookup<int, byte[]> sent;
        await using (var tap = await hosts.TapAsync())
        {
            // On each machine new connections with passwords, and rows: a customer, an order, a payment, an item.
            foreach (var machine in hosts.Machines)
            {
                await machine.RunAsync("/etc/shop/redis/replication.sh", "master");
                await machine.RunAsync("env", "PGSERVICEFILE=/etc/shop/postgres/services.conf", "/opt/shop/postgresql/bin/psql", "service=postgres", "-c",
                    "SELECT 1");
                foreach (var cluster in PatroniCluster.All) await cluster.AskAsync(machine, hosts.Machines[0], "/config");
                using var shop = hosts.Shop(machine);
                Assert.Equal(HttpStatusCode.Created, (await shop.SendAsync("POST", "/customers",
                    $$"""{"name":"Ann {{marker}}","email":"{{CustomerClient.NewEmail()}}"}""")).Status);
                Assert.Equal(HttpStatusCode.OK, (await shop.SendAsync("POST", $"/orders/create/{marker}")).Status);
                Assert.Equal(HttpStatusCode.OK, (await shop.SendAsync("POST", "/payment/create_user", key: marker + machine.Name)).Status);
                Assert.Equal(HttpStatusCode.OK, (await shop.SendAsync("POST", "/stock/item/create/5", key: marker + machine.Name)).Status);
            }
            await hosts.CopiedAsync();
            await hosts.ReplicatedAsync();
            sent = await tap.StopAsync();
        }
        Assert.Contains(sent[Gateway], packet => Has(packet, marker)); // the tap works, for the gateway speaks plain HTTP here
        foreach (var (port, name) in StorePorts)
        {
            Assert.True(sent[port].Any(), $"nothing was sent to {name}");
            Assert.False(sent[port].Any(packet => Has(packet, marker)), $"a row can be read on the way to or from {name}");
        }
        foreach (var (secret, value) in secrets)
            Assert.False(sent.Any(port => port.Any(packet => Has(packet, value))), $"{secret} can be read on the wire");
    });

    /// <summary>Without TLS, and with TLS but without a password or a certificate.</summary>
    [Theory(Timeout = HostRun.LimitMs)]
    [InlineData("Postgres without TLS", "psql 'service=postgres sslmode=disable' -c 'SELECT 1'", "no encryption")]
    [InlineData("Postgres with a wrong password", "psql 'service=postgres password=wrong' -c 'SELECT 1'", "password authentication failed")]
    [InlineData("Postgres with another authority", "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj /CN=other " +
        "-out /tmp/other.pem; psql 'service=postgres sslrootcert=/tmp/other.pem' -c 'SELECT 1'", "certificate verify failed")]
    [InlineData("Redis without TLS", "redis-cli -h {0} ROLE", "Connection reset|closed the connection")]
    [InlineData("Redis without a password", "redis-cli --tls --cacert $authority -h {0} ROLE", "NOAUTH")]
    [InlineData("Sentinel without TLS", "redis-cli -h {0} -p 26379 SENTINEL MASTER shop", "Connection reset|closed the connection")]
    [InlineData("Sentinel without a password", "redis-cli --tls --cacert $authority -h {0} -p 26379 SENTINEL MASTER shop", "NOAUTH")]
    [InlineData("etcd without a certificate", "curl -sS -m 5 --cacert $authority https://{0}:2379/version", "curl: [(](35|55|56)[)]")]
    [InlineData("Patroni without a certificate", "curl -sS -m 5 --cacert $authority https://{0}:8008/config", "curl: [(](35|55|56)[)]")]
    public Task Stores_refuse_a_machine_without_credentials(string what, string command, string refusal) => HostRun.TryAsync(hosts, async () =>
    {
        var line = command.Replace("{0}", hosts.Machines[0].Address, StringComparison.Ordinal);
        var answer = await hosts.Machines[1].RunAsync("bash", "-c", "export PATH=/opt/shop/postgresql/bin:/opt/shop/engine/usr/bin:$PATH " +
            $"PGSERVICEFILE=/etc/shop/postgres/services.conf authority=/etc/shop/cluster/authority.pem; {line} 2>&1 || :");
        Assert.True(Regex.IsMatch(answer, refusal), $"{what}: {answer}");
    });

    private static bool Has(byte[] packet, string text) => packet.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) >= 0;
}
