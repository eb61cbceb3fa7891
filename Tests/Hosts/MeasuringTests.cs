using System.Runtime.Versioning;

namespace Tests.Hosts;

/// <summary>Not a test: a way to measure three machines (docs/performance.md).</summary>
[Collection(SharedHosts.Name), Trait("Category", "Hosts")]
[SupportedOSPlatform("linux")]
public sealed class MeasuringTests(ThreeHosts hosts)
{
    private const string Variable = "HOSTS_COMMAND";

    /// <summary>Deploys the shop to three machines, and runs a command in the network of their clients.</summary>
    [Fact(Explicit = true, Timeout = HostRun.LimitMs)]
    public Task A_command_runs_beside_three_machines() => HostRun.TryAsync(hosts, async () =>
    {
        var command = Environment.GetEnvironmentVariable(Variable);
        Assert.False(string.IsNullOrEmpty(command), $"Set {Variable} to a command. The gateways are at port 8000 of 10.77.0.1 to 10.77.0.3.");
        await hosts.WholeAsync();
        var (code, output) = await hosts.RunForClientsAsync(command);
        TestContext.Current.TestOutputHelper?.WriteLine(output);
        Assert.True(code == 0, output);
    });
}
