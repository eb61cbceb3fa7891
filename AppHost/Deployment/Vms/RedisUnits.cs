namespace AppHost.Deployment.Vms;

/// <summary>Writes a Redis and a Sentinel for every machine.</summary>
/// <param name="store">The model's Redis.</param>
/// <param name="machines">The machines; the first one has the first master of a new shop.</param>
/// <param name="addressOf">Gets the placeholder of a machine's address.</param>
/// <param name="mark">Gets the placeholder of a secret.</param>
internal sealed class RedisUnits(Store store, IReadOnlyList<string> machines, Func<string, string> addressOf, Func<string, string> mark)
{
    private const string User = "redis";

    public ReplicatedRedis Redis { get; } = new(store, [.. machines.Select(addressOf)], mark);

    /// <summary>The units with their users, in start order.</summary>
    public string[] Names => [$"{Redis.Sentinel}:{User}", $"{store.Name}:{User}"];

    public void Write(OutputFolder output, string machine, string note)
    {
        WriteUnit(store.Name, "redis.conf", Redis.Configuration, Redis.Users, $"Shop: {store.Name}", "redis", [$"shop-{Redis.Sentinel}.service"], "4G");
        WriteUnit(Redis.Sentinel, "sentinel.conf", ReplicatedRedis.SentinelConfiguration, Redis.SentinelUsers,
            $"Shop: {Redis.Sentinel} (chooses the master of {store.Name})", "sentinel", [], "256M");

        void WriteUnit(string unit, string file, Func<string, string, string> configuration, string users, string description, string action, string[] after,
            string memory)
        {
            output.Write($"{machine}/{unit}/{file}", note + configuration($"/var/lib/shop/{unit}", EtcdMember.CredentialsOf(unit)));
            output.Write($"{machine}/env/{unit}.env", users);
            output.Write($"{machine}/{unit}/{ReplicatedRedis.ScriptName}",
                Redis.Script(addressOf(machine), Redis.IdentityOf(machine), unit, "/opt/shop/engine/usr/bin"));
            output.Write($"{machine}/units/shop-{unit}.service", Units.Write(description, User, after,
            [
                $"StateDirectory=shop/{unit}", "StateDirectoryMode=0700", "Type=exec",
                $"LoadCredential=users:/etc/shop/{unit}.env", .. EtcdMember.Credentials,
                $"ExecStart=/etc/shop/{unit}/{ReplicatedRedis.ScriptName} {action}",
            ], machines.Select(addressOf), memory, "120"));
        }
    }
}
