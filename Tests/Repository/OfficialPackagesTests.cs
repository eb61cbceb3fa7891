using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Tests.Repository;

/// <summary>The projects are written for the official packages; one switch takes the stand-ins away.</summary>
[Trait("Category", "Unit")]
public sealed partial class OfficialPackagesTests
{
    private const int AtOnceMax = 2;
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(60);

    private static IEnumerable<string> Projects => SourceTree.Files.Where(
        file => file.EndsWith(".csproj", StringComparison.Ordinal) && !file.StartsWith("compat/", StringComparison.Ordinal));

    private static HashSet<string> StandIns { get; } =
        [.. SourceTree.Files.Where(file => file.StartsWith("compat/", StringComparison.Ordinal) && file.EndsWith(".csproj", StringComparison.Ordinal))
            .Select(file => Path.GetFileNameWithoutExtension(file)!)];

    [Fact]
    public Task With_the_switch_every_project_takes_pinned_official_packages_and_no_stand_in() => ForEachProjectAsync(async (project, ct) =>
    {
        var items = await EvaluateAsync(project, isOfficial: true, ct);
        var versions = items.GetProperty("PackageVersion").EnumerateArray().ToDictionary(Identity, item => item.GetProperty("Version").GetString() ?? "");

        foreach (var package in items.GetProperty("PackageReference").EnumerateArray().Select(Identity))
            Assert.True(versions.TryGetValue(package, out var version) && Pinned().IsMatch(version), $"{project}: {package} has no pinned version");
        Assert.DoesNotContain(References(items), StandIns.Contains);
    });

    [Fact]
    public Task Without_it_every_package_that_has_a_stand_in_is_replaced() => ForEachProjectAsync(async (project, ct) =>
    {
        var (ours, official) = (await EvaluateAsync(project, isOfficial: false, ct), await EvaluateAsync(project, isOfficial: true, ct));
        var replaced = Packages(official).Where(StandIns.Contains).Order(StringComparer.Ordinal).ToArray();

        Assert.DoesNotContain(Packages(ours), StandIns.Contains);
        Assert.Equal(replaced, References(ours).Where(StandIns.Contains).Order(StringComparer.Ordinal));
        Assert.Empty(Packages(ours).Except(Packages(official)));
    });

    [Fact]
    public void There_are_projects_and_stand_ins()
    {
        Assert.Contains("AppHost/AppHost.csproj", Projects);
        Assert.Contains("Aspire.Hosting.AppHost", StandIns);
    }

    private static Task ForEachProjectAsync(Func<string, CancellationToken, ValueTask> check) => Parallel.ForEachAsync(
        Projects, new ParallelOptions { MaxDegreeOfParallelism = AtOnceMax, CancellationToken = TestContext.Current.CancellationToken }, check);

    private static async Task<JsonElement> EvaluateAsync(string project, bool isOfficial, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeMax);
        var start = new ProcessStartInfo("dotnet",
            ["msbuild", project, $"-p:OfficialPackages={isOfficial}", "-getItem:PackageReference", "-getItem:ProjectReference", "-getItem:PackageVersion"])
        {
            WorkingDirectory = SourceTree.Root, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // What a build that runs these tests has set for itself is not meant for another one.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))
            .ToArray()) start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";

        using var process = Process.Start(start)!;
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, $"{project}: {await output}{await errors}");
            return JsonElement.Parse(await output).GetProperty("Items");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static IEnumerable<string> Packages(JsonElement items) => items.GetProperty("PackageReference").EnumerateArray().Select(Identity);

    private static IEnumerable<string> References(JsonElement items) =>
        items.GetProperty("ProjectReference").EnumerateArray().Select(item => Path.GetFileNameWithoutExtension(Identity(item)));

    private static string Identity(JsonElement item) => item.GetProperty("Identity").GetString()!;

    [GeneratedRegex(@"^\d+\.\d+\.\d+(-[\w.]+)?$")]
    private static partial Regex Pinned();
}
