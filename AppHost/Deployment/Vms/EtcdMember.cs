using static AppHost.Deployment.Vms.VirtualMachinePublisher;

namespace AppHost.Deployment.Vms;

/// <summary>
/// Writes a machine's member of etcd, in which the copies of each Postgres agree on their primary. Only holders of a machine's certificate can connect.
/// </summary>
internal static class EtcdMember
{
    public const string Name = "etcd", AuthoritySecret = "cluster-key", Authority = "/etc/shop/cluster/authority.pem";
    public const int Port = 2379;
    private const int PeerPort = 2380;

    /// <summary>The lines of a unit that hold the machine's certificate; they become files in the unit's own folder of credentials.</summary>
    public static IEnumerable<string> Credentials =>
        new[] { "authority.pem", "certificate.pem", "key.pem" }.Select(f => $"LoadCredential={f}:/etc/shop/cluster/{f}");

    /// <summary>Gets the folder of a unit's credentials.</summary>
    public static string CredentialsOf(string unit) => $"/run/credentials/shop-{unit}.service";

    public static void Write(OutputFolder output, string machine, IReadOnlyList<string> machines)
    {
        output.Write($"{machine}/units/shop-{Name}.service", Units.Write($"Shop: {Name}", Name, [],
        [
            $"StateDirectory=shop/{Name}", "StateDirectoryMode=0700", "Type=exec",
            .. Credentials,
            $"ExecStart=/etc/shop/{Name}/start.sh",
        ], machines.Select(AddressOf), "512M"));
        output.Write($"{machine}/{Name}/start.sh", OutputFolder.Read("etcd-start.sh", ("NAME", machine), ("ADDRESS", AddressOf(machine)),
            ("MEMBERS", string.Join(',', machines.Select(m => $"{m}=https://{AddressOf(m)}:{PeerPort}"))),
            ("OTHERS", string.Join(',', machines.Where(m => m != machine).Select(m => $"https://{AddressOf(m)}:{Port}")))));
    }
}
