using System.Runtime.Versioning;
using AppHost.Deployment;
using Tests.Repository;

namespace Tests.Unit.Deployment;

[Trait("Category", "Unit")]
public sealed class PublishTests(Published published) : IClassFixture<Published>
{
    private const string Committed = "aspirate-output/";

    // Made by the scripts beside them, and never committed.
    private static bool IsSecret(string file) => file.EndsWith("/.env", StringComparison.Ordinal)
        || (file.EndsWith(".env", StringComparison.Ordinal) && file.Contains("/secrets/", StringComparison.Ordinal));

    [Fact, SupportedOSPlatform("linux")]
    public void What_is_committed_is_what_the_AppHost_publishes()
    {
        var fresh = Directory.GetFiles(published.Root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(published.Root, f))
            .Where(f => !IsSecret(f)).Order(StringComparer.Ordinal).ToArray();
        var committed = SourceTree.Files.Where(f => f.StartsWith(Committed, StringComparison.Ordinal) && !IsSecret(f))
            .Select(f => f[Committed.Length..]).ToArray();

        Assert.True(fresh.SequenceEqual(committed), "Stale: run `dotnet run --project AppHost -- publish`, delete what it does not write, and commit.\n" +
            $"missing: {string.Join(' ', fresh.Except(committed))}\ntoo many: {string.Join(' ', committed.Except(fresh))}");
        foreach (var file in fresh)
        {
            Assert.True(File.ReadAllText(Path.Combine(published.Root, file)) == SourceTree.Read(Committed + file),
                $"{file} is stale: run `dotnet run --project AppHost -- publish` and commit.");
            Assert.Equal(File.GetUnixFileMode(Path.Combine(published.Root, file)) & UnixFileMode.UserExecute,
                File.GetUnixFileMode(Path.Combine(SourceTree.Root, Committed, file)) & UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void No_published_file_names_a_place_of_this_machine_or_has_a_secret() => Assert.Empty(
        from file in Directory.GetFiles(published.Root, "*", SearchOption.AllDirectories)
        let text = File.ReadAllText(file)
        where !IsSecret(file)
            && (text.Contains(SourceTree.Root, StringComparison.Ordinal) || text.Contains(published.Root, StringComparison.Ordinal)
                || text.Contains('\r', StringComparison.Ordinal))
        select file);

    [Fact]
    public void Every_script_is_one()
    {
        foreach (var script in Directory.GetFiles(published.Root, "*.sh", SearchOption.AllDirectories))
        {
            var shell = File.ReadLines(script).First() == "#!/bin/sh" ? "sh" : "bash";
            published.Run(".", shell, "-n", script);
            if (Published.Has("shellcheck")) published.Run(".", "shellcheck", script);
        }
    }

    [Fact]
    public void Publish_becomes_the_arguments_that_the_Aspire_CLI_passes()
    {
        Assert.Equal(["--operation", "publish", "--step", "publish", "--output-path", "aspirate-output", "--target", "kubernetes,compose,vms"],
            PublishCommand.Translate(["publish"]));
        Assert.Equal(["--operation", "publish", "--step", "publish", "--output-path", "out", "--target", "vms"],
            PublishCommand.Translate(["publish", "--target=vms", "--output-path", "out"]));
        Assert.Equal(["--Gateway:Port", "1"], PublishCommand.Translate(["--Gateway:Port", "1"]));
    }

    [Theory]
    [InlineData("--target", "heroku")]
    [InlineData("--target", "")]
    [InlineData("--output-path")]
    [InlineData("--where", "here")]
    [InlineData("--target", "vms", "--target", "compose")]
    public void A_wrong_command_line_is_refused(params string[] arguments)
        => Assert.Throws<ArgumentException>(() => PublishCommand.Translate(["publish", .. arguments]));
}
