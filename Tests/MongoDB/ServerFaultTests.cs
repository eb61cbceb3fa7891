using Aspire.Hosting.ApplicationModel;
using Tests.Cluster;
using Tests.Faults;

namespace Tests.MongoDB;

/// <summary>Processes crash under load: acknowledged writes survive, nothing is executed twice, and clients recover automatically.</summary>
[Collection(SharedMongoDBServer.Name)]
[Trait("Category", "Long")]
public sealed class ServerFaultTests(MongoDBServer server)
{
    private static readonly TimeSpan BeforeTheFault = TimeSpan.FromSeconds(3), EndLimit = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(MongoDBServer.Resource)]
    [InlineData(MongoDBServer.Gateway)]
    public async Task A_killed_program_loses_no_acknowledged_write(string resource)
    {
        var ct = TestContext.Current.CancellationToken;
        var load = NodeDriver.RunAsync("steady.mjs", server.ConnectionString, [], ct);
        await Task.Delay(BeforeTheFault, ct);
        Assert.False(load.IsCompleted, "The load ended before the fault.");

        var instance = server.Running.Instances(resource).Single();
        Signal.Kill.Send(RunningCluster.ProcessId(instance) ?? throw new InvalidOperationException($"{resource} has no process."));
        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(ct))
        {
            limit.CancelAfter(EndLimit);
            var app = server.Running.App;
            await app.ResourceNotifications.WaitForResourceAsync(resource, KnownResourceStates.TerminalStates, limit.Token);
            var started = await app.ResourceCommands.ExecuteCommandAsync(instance.ResourceId, KnownResourceCommands.StartCommand, limit.Token);
            Assert.True(started.Success, started.Message);
            await app.ResourceNotifications.WaitForResourceHealthyAsync(resource, WaitBehavior.WaitOnResourceUnavailable, limit.Token);
        }

        var result = await load;
        Assert.True(result.ExitCode == 0, result.Output);
        TestContext.Current.TestOutputHelper?.WriteLine(result.Output);
    }
}
