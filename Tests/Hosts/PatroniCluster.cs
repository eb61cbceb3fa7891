using System.Globalization;
using System.Runtime.Versioning;
using System.Text.Json;
using Tests.Cluster;

namespace Tests.Hosts;

/// <summary>A Postgres with a copy on each machine, as seen through Patroni on any of them.</summary>
[SupportedOSPlatform("linux")]
internal sealed record PatroniCluster(string Name, string User, int Port, int PatroniPort)
{
    private static readonly TimeSpan SwitchTimeMax = TimeSpan.FromSeconds(60);

    public static readonly PatroniCluster[] All = [new("postgres", "postgres", 5432, 8008), new("mongodb-engine", "mongodb", 5433, 8009)];

    /// <summary>Returns the states of the copies, unless all of them follow a primary without delay.</summary>
    public async Task<string> LaggingAsync(Machine[] machines)
    {
        var (text, members) = await MembersAsync(machines);
        return members.Length == machines.Length && members.Count(IsLeader) == 1 && members.Where(m => !IsLeader(m)).All(IsFollowing) ? "" : text;
    }

    /// <summary>Moves the primary to a machine.</summary>
    public async Task LeadAsync(Machine[] machines, Machine machine)
    {
        var name = $"customer-{machine.Name}";
        await Eventually.UntilAsync(async () =>
        {
            var leader = (await MembersAsync(machines)).Members.FirstOrDefault(IsLeader);
            if (leader.ValueKind == JsonValueKind.Undefined) return false;
            if (leader.GetProperty("name").GetString() == name) return true;
            await TryAskAsync(machine, "/switchover", "-X", "POST", "--data",
                $$"""{"leader": "{{leader.GetProperty("name").GetString()}}", "candidate": "{{name}}"}""");
            return false;
        }, static isDone => isDone, SwitchTimeMax);
        Assert.Equal("200", (await AnswersAsync(machine)).IsPrimary);
    }

    /// <summary>
    /// Asks a machine's copy for its role: its Postgres whether it is in recovery ("t" or "f"), and its Patroni whether it is the primary (a status of HTTP).
    /// </summary>
    public async Task<(string IsInRecovery, string IsPrimary)> AnswersAsync(Machine machine)
    {
        var text = await machine.TryRunAsync(TimeSpan.FromSeconds(5),
        [
            "runuser", "-u", User, "--", "/opt/shop/postgresql/bin/psql", "-h", $"/run/shop-{Name}",
            "-p", string.Create(CultureInfo.InvariantCulture, $"{Port}"), "-U", "postgres", "-d", "postgres", "-Atc", "SELECT pg_is_in_recovery()",
        ]);
        return (text.Trim(), await TryAskAsync(machine, "/primary", "-o", "/dev/null", "-w", "%{http_code}"));
    }

    private static bool IsLeader(JsonElement member) => member.GetProperty("role").GetString() == "leader";

    private static bool IsFollowing(JsonElement member) => member.GetProperty("state").GetString() == "streaming";

    private async Task<(string Text, JsonElement[] Members)> MembersAsync(Machine[] machines)
    {
        foreach (var machine in machines.Where(static machine => machine.IsOn))
        {
            var text = await TryAskAsync(machine, "/cluster");
            if (text.StartsWith('{')) return (text, [.. JsonElement.Parse(text).GetProperty("members").EnumerateArray()]);
        }
        return ("no member answers", []);
    }

    /// <summary>Asks Patroni on a machine from another one.</summary>
    public async Task AskAsync(Machine from, Machine to, string path)
        => Assert.StartsWith("{", await TryAskAsync(from, to, path), StringComparison.Ordinal);

    private Task<string> TryAskAsync(Machine machine, string path, params string[] arguments) => TryAskAsync(machine, machine, path, arguments);

    private Task<string> TryAskAsync(Machine from, Machine to, string path, params string[] arguments) => from.TryRunAsync(TimeSpan.FromSeconds(30),
    [
        "curl", "-sS", "-m", "20", .. Machine.Certificate, .. arguments,
        string.Create(CultureInfo.InvariantCulture, $"https://{to.Address}:{PatroniPort}{path}"),
    ]);
}
