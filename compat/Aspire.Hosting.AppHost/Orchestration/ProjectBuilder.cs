using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aspire.Hosting.Native;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Builds all projects of the application in one go and knows the program that each one builds. A stamp beside the first project's intermediate files spares
/// the 5 s that an up-to-date build costs: it is older than no file that could matter.
/// </summary>
internal sealed partial class ProjectBuilder(IReadOnlyList<string> projects, Assembly? appHost, string workDirectory, AppHostConsole console)
{
    private readonly string _configuration = appHost?.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration is { Length: > 0 } c ? c : "Debug";

    /// <summary>Builds, and gives the built program by project path.</summary>
    /// <exception cref="DistributedApplicationException">A project does not build; the message has the first error.</exception>
    public async Task<IReadOnlyDictionary<string, string>> BuildAsync(CancellationToken ct)
    {
        var stampPath = Path.Combine(Path.GetDirectoryName(projects[0])!, "obj", $"aspire-{_configuration}.json");
        if (ReadStamp(stampPath) is { } known && IsFresh(known, File.GetLastWriteTimeUtc(stampPath))) return known;

        var clock = Stopwatch.StartNew();
        var started = DateTime.UtcNow;
        console.Progress("projects", $"building {projects.Count} projects ({_configuration})");
        var solution = Path.Combine(workDirectory, "projects.slnx");
        await File.WriteAllTextAsync(solution, $"<Solution>{string.Concat(projects.Select(p => $"<Project Path=\"{p}\" />"))}</Solution>", ct);
        // A project that stands not in the solution, but is referenced by one that does, would be built without the configuration: as Debug, always.
        await DotnetAsync(["build", solution, "--nologo", "--configuration", _configuration, "--verbosity", "quiet", "-consoleLoggerParameters:NoSummary",
            "-nodeReuse:false", "-property:ShouldUnsetParentConfigurationAndPlatform=false"], ct);
        var programs = await TargetPathsAsync(ct);
        await File.WriteAllTextAsync(stampPath, JsonSerializer.Serialize(programs), ct);
        File.SetLastWriteTimeUtc(stampPath, started); // what changed while building counts as newer
        console.Progress("projects", string.Create(CultureInfo.InvariantCulture, $"built in {clock.Elapsed.TotalSeconds:0.0} s"));
        return programs;
    }

    /// <summary>One evaluation of all projects: asking each one on its own costs a second apiece.</summary>
    private async Task<Dictionary<string, string>> TargetPathsAsync(CancellationToken ct)
    {
        var query = Path.Combine(workDirectory, "paths.proj");
        await File.WriteAllTextAsync(query, $"""
            <Project>
              <ItemGroup><Service Include="{string.Join(';', projects)}" /></ItemGroup>
              <Target Name="Paths" Returns="@(Built)">
                <MSBuild Projects="@(Service)" Targets="GetTargetPath" Properties="Configuration={_configuration}">
                  <Output TaskParameter="TargetOutputs" ItemName="Built" />
                </MSBuild>
              </Target>
            </Project>
            """, ct);
        using var answer = JsonDocument.Parse(await DotnetAsync(["msbuild", query, "-nologo", "-getTargetResult:Paths", "-nodeReuse:false"], ct));
        return answer.RootElement.GetProperty("TargetResults").GetProperty("Paths").GetProperty("Items").EnumerateArray()
            .ToDictionary(i => i.GetProperty("MSBuildSourceProjectFile").GetString()!, i => i.GetProperty("FullPath").GetString()!);
    }

    private async Task<string> DotnetAsync(string[] arguments, CancellationToken ct)
    {
        var errors = Path.Combine(workDirectory, "errors.log");
        try
        {
            var english = new Dictionary<string, string> { ["DOTNET_CLI_UI_LANGUAGE"] = "en" };
            return await Step.RunAsync(Dotnet, [.. arguments, $"-fileLoggerParameters:ErrorsOnly;NoSummary;LogFile={errors}"], english, Limits.Build,
                "Building the projects", "correct it and start again", ct);
        }
        catch (DistributedApplicationException) when (File.Exists(errors))
        {
            var error = CompilerError().Match(await File.ReadAllTextAsync(errors, ct));
            if (!error.Success) throw;
            throw new DistributedApplicationException($"{Path.GetFileNameWithoutExtension(error.Groups["project"].Value)} does not build: " +
                $"{error.Groups["where"].Value.Trim()}: {error.Groups["what"].Value.TrimEnd('.')}. Correct it and start again.");
        }
    }

    private Dictionary<string, string>? ReadStamp(string path)
    {
        try
        {
            return File.Exists(path) && JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(path)) is { } programs
                && projects.All(p => programs.TryGetValue(p, out var program) && File.Exists(program)) ? programs : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether no file of the projects, of the projects that they reference, and no build file in a folder above is newer than the stamp, and no program was
    /// built since. Folders count too: their time changes when a file is added or removed.
    /// </summary>
    private static bool IsFresh(IReadOnlyDictionary<string, string> programs, DateTime stamp)
    {
        HashSet<string> folders = [];
        foreach (var project in programs.Keys)
        {
            var assets = Path.Combine(Path.GetDirectoryName(project)!, "obj", "project.assets.json");
            if (!File.Exists(assets)) return false;
            folders.Add(Path.GetDirectoryName(project)!);
            using var document = JsonDocument.Parse(File.ReadAllBytes(assets));
            foreach (var library in document.RootElement.GetProperty("libraries").EnumerateObject())
                if (library.Value.TryGetProperty("msbuildProject", out var path))
                    folders.Add(Path.GetDirectoryName(Path.GetFullPath(path.GetString()!, Path.GetDirectoryName(project)!))!);
        }
        foreach (var above in folders.SelectMany(Ancestors).ToHashSet())
            if (Directory.EnumerateFiles(above).Any(f => IsBuildFile(f) && File.GetLastWriteTimeUtc(f) >= stamp)) return false;
        return folders.All(folder => IsOlder(new DirectoryInfo(folder), stamp));
    }

    private static bool IsOlder(DirectoryInfo folder, DateTime stamp)
        => folder.LastWriteTimeUtc < stamp && folder.EnumerateFiles().All(f => f.LastWriteTimeUtc < stamp)
            && folder.EnumerateDirectories().Where(d => d.Name is not ("bin" or "obj" or "TestResults")).All(d => IsOlder(d, stamp));

    private static IEnumerable<string> Ancestors(string folder)
    {
        for (var above = Path.GetDirectoryName(folder); above is not null; above = Path.GetDirectoryName(above)) yield return above;
    }

    private static bool IsBuildFile(string path)
        => Path.GetExtension(path) is ".props" or ".targets" or ".rsp" || Path.GetFileName(path) is "global.json" or ".editorconfig" or "nuget.config"
        or "NuGet.Config";

    /// <summary>The dotnet that runs this AppHost, else the one on PATH.</summary>
    private static string Dotnet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host && File.Exists(host) ? host : "dotnet";

    [GeneratedRegex(@"^\s*(?:[\d:]+>)?(?<where>[^\n]+?)\s*: error (?<what>[^\n]+?) \[(?<project>[^\]\n]+)\]", RegexOptions.Multiline)]
    private static partial Regex CompilerError();
}
