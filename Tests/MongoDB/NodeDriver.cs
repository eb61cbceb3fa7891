using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Tests.Repository;

namespace Tests.MongoDB;

/// <summary>Output and exit code of a script.</summary>
internal sealed record ScriptResult(int ExitCode, string Output);

/// <summary>Runs scripts with the official MongoDB driver for Node.js, a client that is independent of this repository.</summary>
internal static class NodeDriver
{
    private const string Folder = "Tests/MongoDB/node";
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(3), ScriptLimit = TimeSpan.FromMinutes(2);

    /// <summary>Runs a script from the folder <c>node</c>, with the server's connection string in <c>MONGODB_URI</c>.</summary>
    public static async Task<ScriptResult> RunAsync(string script, string uri, IReadOnlyList<string> nodeArguments, CancellationToken ct)
    {
        var packages = await InstallAsync(ct);
        var run = Directory.CreateDirectory(Path.Combine(packages, $"run-{Guid.NewGuid():N}"));
        try
        {
            // Node searches for packages in the parent folders of the script.
            File.Copy(Path.Combine(SourceTree.Root, Folder, script), Path.Combine(run.FullName, script));
            return await ProcessAsync("node", [.. nodeArguments, script], run.FullName, new() { ["MONGODB_URI"] = uri }, ScriptLimit, ct);
        }
        finally
        {
            run.Delete(recursive: true);
        }
    }

    /// <summary>Installs the pinned packages once into the user's cache and returns the folder, which is either complete or missing.</summary>
    private static async Task<string> InstallAsync(CancellationToken ct)
    {
        var source = Path.Combine(SourceTree.Root, Folder);
        var version = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(source, "package-lock.json"), ct)))[..12];
        var cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache",
            "shop-tests");
        var packages = Path.Combine(cache, $"mongodb-{version}");
        if (Directory.Exists(packages)) return packages;
        var making = Directory.CreateDirectory($"{packages}.{Guid.NewGuid():N}").FullName;
        foreach (var file in (string[])["package.json", "package-lock.json"]) File.Copy(Path.Combine(source, file), Path.Combine(making, file));
        var result = await ProcessAsync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], making, [], InstallLimit, ct);
        Assert.True(result.ExitCode == 0, $"npm cannot install the MongoDB driver for Node.js; its registry must be reachable.\n{result.Output}");
        try
        {
            Directory.Move(making, packages);
        }
        catch (IOException) when (Directory.Exists(packages))
        {
            Directory.Delete(making, recursive: true); // another run was first
        }
        return packages;
    }

    private static async Task<ScriptResult> ProcessAsync(string program, IReadOnlyList<string> arguments, string folder, Dictionary<string, string> environment,
        TimeSpan time, CancellationToken ct)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var output = new StringBuilder();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += Add;
        process.ErrorDataReceived += Add;
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"{program} cannot be started ({e.Message}): these tests need Node.js 20 or later and npm on the PATH.", e);
        }
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(time);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        lock (output) return new(process.ExitCode, output.ToString());

        void Add(object sender, DataReceivedEventArgs e)
        {
            lock (output)
                if (e.Data is not null) output.Append(e.Data).Append('\n');
        }
    }
}
