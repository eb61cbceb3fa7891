using System.Diagnostics;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Tests.Unit.Deployment;

/// <summary>Publishes all targets from this source into a temporary folder.</summary>
public sealed class Published : IAsyncLifetime
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new();

    /// <summary>Replaces <c>aspirate-output</c>.</summary>
    public string Root => _folder.Path;

    public async ValueTask InitializeAsync() => await PublishAsync(Root);

    /// <summary>Publishes into a folder, after a change to the model.</summary>
    public static async Task PublishAsync(string folder, Action<IResourceCollection>? change = null)
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Program>(["publish", "--output-path", folder]);
        change?.Invoke(builder.Resources);
        await using var app = await builder.BuildAsync();
        await app.RunAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Returns whether a program is on the path.</summary>
    public static bool Has(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Runs a program in a folder below <see cref="Root"/>, which must succeed.</summary>
    public string Run(string folder, string program, params string[] arguments)
    {
        var (code, output) = TryRun(Path.Combine(Root, folder), program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}: exit code {code}\n{output}");
        return output;
    }

    /// <summary>Runs a program. Returns its exit code and combined output.</summary>
    public static (int Code, string Output) TryRun(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        })!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(TimeMax)) process.Kill(entireProcessTree: true);
        process.WaitForExit();
        return (process.ExitCode, output.Result + errors.Result);
    }
}
