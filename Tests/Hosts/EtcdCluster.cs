using System.Globalization;
using System.Runtime.Versioning;
using System.Text.Json;
using Tests.Cluster;

namespace Tests.Hosts;

/// <summary>The members of etcd, one on each machine.</summary>
[SupportedOSPlatform("linux")]
internal static class EtcdCluster
{
    private static readonly TimeSpan LeadTimeMax = TimeSpan.FromSeconds(30), AnswerTimeMax = TimeSpan.FromSeconds(10);

    /// <summary>Makes a machine's member the leader.</summary>
    public static Task LeadAsync(Machine[] machines, Machine machine) => Eventually.EqualAsync(true, async () =>
    {
        if (await LeadsAsync(machine)) return true;
        var member = (await StatusAsync(machine)).GetProperty("header").GetProperty("member_id").GetUInt64();
        await TryAskAsync(machine, machines, "move-leader", member.ToString("x", CultureInfo.InvariantCulture));
        return false;
    }, LeadTimeMax);

    /// <summary>Returns whether a machine's member is the leader, according to itself.</summary>
    public static async Task<bool> LeadsAsync(Machine machine)
    {
        var status = await StatusAsync(machine);
        return status.GetProperty("leader").GetUInt64() == status.GetProperty("header").GetProperty("member_id").GetUInt64();
    }

    // Warnings follow on lines of their own. A member that has just been started again does not answer at once.
    private static async Task<JsonElement> StatusAsync(Machine machine)
    {
        var text = await Eventually.UntilAsync(() => TryAskAsync(machine, [machine], "endpoint", "status", "-w", "json"),
            static text => text.StartsWith('['), AnswerTimeMax);
        return JsonElement.Parse(text.Split('\n')[0])[0].GetProperty("Status");
    }

    private static Task<string> TryAskAsync(Machine machine, Machine[] members, params string[] command) => machine.TryRunAsync(TimeSpan.FromSeconds(10),
    [
        "/opt/shop/engine/usr/bin/etcdctl", "--endpoints", string.Join(',', members.Select(m => $"https://{m.Address}:2379")),
        .. Machine.Certificate, .. command,
    ]);
}
