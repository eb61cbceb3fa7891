namespace AppHost.Deployment.Vms;

/// <summary>Writes systemd units. A unit can read the system, write what it owns, and reach the shop's machines, and nothing else.</summary>
internal static class Units
{
    // The file has no MemoryDenyWriteExecute, because .NET and Postgres compile at run time.
    /// <param name="after">Units of the same machine that start first.</param>
    /// <param name="main">The unit's own lines, including <c>ExecStart</c>.</param>
    /// <param name="peers">The addresses that the unit may talk to, besides this machine's; null for all.</param>
    /// <param name="memory">The value of <c>MemoryMax</c>.</param>
    public static string Write(string description, string user, IEnumerable<string> after, IEnumerable<string> main, IEnumerable<string>? peers, string memory,
        string stopSeconds = "60")
        => OutputFolder.Read("unit.service", ("DESCRIPTION", description), ("USER", user), ("AFTER", string.Join(' ', after.Prepend("network-online.target"))),
            ("MAIN", string.Join('\n', main)), ("MEMORY", memory), ("STOP", stopSeconds),
            ("PEERS", peers is null ? "" : $"IPAddressDeny=any\nIPAddressAllow=localhost {string.Join(' ', peers)}\n"));
}
