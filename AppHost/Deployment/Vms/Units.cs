namespace AppHost.Deployment.Vms;

/// <summary>Writes systemd units. A unit may read the system and write what it owns, reaches the machines of the shop, and nothing else.</summary>
internal static class Units
{
    // No MemoryDenyWriteExecute in the file: .NET and Postgres compile at run time.
    /// <param name="after">Units of the same machine that come first.</param>
    /// <param name="main">The lines that are the unit's own, <c>ExecStart</c> among them.</param>
    /// <param name="peers">The addresses that it may talk to, beside this machine's; null for all.</param>
    /// <param name="memory">As <c>MemoryMax</c> takes it.</param>
    public static string Write(string description, string user, IEnumerable<string> after, IEnumerable<string> main, IEnumerable<string>? peers, string memory,
        string stopSeconds = "60")
        => OutputFolder.Read("unit.service", ("DESCRIPTION", description), ("USER", user), ("AFTER", string.Join(' ', after.Prepend("network-online.target"))),
            ("MAIN", string.Join('\n', main)), ("MEMORY", memory), ("STOP", stopSeconds),
            ("PEERS", peers is null ? "" : $"IPAddressDeny=any\nIPAddressAllow=localhost {string.Join(' ', peers)}\n"));
}
