using System.Text.RegularExpressions;

namespace Tests.MongoDB;

/// <summary>Tests the server with an independent client: the official driver for Node.js, with Node's test runner.</summary>
[Collection(SharedMongoDBServer.Name)]
[Trait("Category", "Cluster")]
public sealed partial class NodeDriverTests(MongoDBServer server)
{
    private const int CasesMin = 50;

    [Fact]
    public async Task The_official_driver_for_node_finds_a_MongoDB_server()
    {
        var result = await NodeDriver.RunAsync("suite.mjs", server.ConnectionString, ["--test", "--test-reporter=tap"], TestContext.Current.CancellationToken);

        var cases = Case().Matches(result.Output);
        var failed = cases.Where(c => c.Groups["not"].Success).Select(c => $"{c.Groups["name"].Value}\n{c.Groups["detail"].Value}").ToList();
        Assert.True(failed.Count == 0, $"{failed.Count} cases fail:\n{string.Join('\n', failed)}");
        Assert.True(result.ExitCode == 0 && cases.Count >= CasesMin, $"{cases.Count} cases ran, exit code {result.ExitCode}:\n{result.Output}");
    }

    // A case is one level below its suite and describes its failure in the following block.
    [GeneratedRegex(@"^    (?<not>not )?ok \d+ - (?<name>[^\n]+)\n(?<detail>      ---\n.*?\n      \.\.\.)?", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Case();
}
