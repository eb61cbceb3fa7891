using System.Globalization;
using System.Text;

namespace AppHost.Deployment.Vms;

/// <summary>Writes systemd units. A unit may read the system and write what it owns, reaches the machines of the shop, and nothing else.</summary>
internal static class Units
{
    // Not MemoryDenyWriteExecute: .NET and Postgres compile at run time.
    private const string Hardening = """
        NoNewPrivileges=yes
        CapabilityBoundingSet=
        AmbientCapabilities=
        ProtectSystem=strict
        ProtectHome=yes
        PrivateTmp=yes
        PrivateDevices=yes
        ProtectClock=yes
        ProtectControlGroups=yes
        ProtectHostname=yes
        ProtectKernelLogs=yes
        ProtectKernelModules=yes
        ProtectKernelTunables=yes
        ProtectProc=invisible
        RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
        RestrictNamespaces=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        LockPersonality=yes
        RemoveIPC=yes
        SystemCallArchitectures=native
        SystemCallFilter=@system-service
        SystemCallFilter=~@privileged
        SystemCallErrorNumber=EPERM
        UMask=0077

        """;

    /// <param name="after">Units of the same machine that come first.</param>
    /// <param name="main">The lines that are the unit's own, <c>ExecStart</c> among them.</param>
    /// <param name="peers">The addresses that it may talk to, beside this machine's; null for all.</param>
    /// <param name="memory">As <c>MemoryMax</c> takes it.</param>
    public static string Write(string description, string user, IEnumerable<string> after, IEnumerable<string> main, IEnumerable<string>? peers, string memory,
        string stopSeconds = "60")
    {
        var unit = new StringBuilder();
        unit.Append("# Written by `dotnet run --project AppHost -- publish`; change AppHost/ and publish again.\n");
        unit.Append(CultureInfo.InvariantCulture, $"[Unit]\nDescription={description}\nWants=network-online.target\n");
        unit.Append(CultureInfo.InvariantCulture, $"After={string.Join(' ', after.Prepend("network-online.target"))}\n");
        unit.Append("# It is started again for ever: what it needs may be on another machine, which comes back.\nStartLimitIntervalSec=0\n");
        unit.Append(CultureInfo.InvariantCulture, $"\n[Service]\nUser={user}\nGroup={user}\n");
        foreach (var line in main) unit.Append(line).Append('\n');
        unit.Append(CultureInfo.InvariantCulture, $"Restart=on-failure\nRestartSec=1\nTimeoutStopSec={stopSeconds}\n");
        unit.Append(CultureInfo.InvariantCulture, $"LimitNOFILE=65536\nTasksMax=2048\nMemoryMax={memory}\n");
        if (peers is not null) unit.Append(CultureInfo.InvariantCulture, $"IPAddressDeny=any\nIPAddressAllow=localhost {string.Join(' ', peers)}\n");
        unit.Append(Hardening);
        unit.Append("\n[Install]\nWantedBy=multi-user.target\n");
        return unit.ToString();
    }
}
