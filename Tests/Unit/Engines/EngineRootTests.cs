using EngineRoots;
using NativeEngines;

namespace Tests.Unit.Engines;

[Trait("Category", "Unit")]
public sealed class EngineRootTests
{
    private static readonly EngineMarker Marker = new(7, "/cache/with a blank/root", 3, 5_000_000_000,
        new Dictionary<string, string> { ["b"] = "1:2.3-4+b1", ["a"] = "1" });

    [Fact]
    public void A_marker_is_read_as_it_was_written()
    {
        var read = EngineMarker.Parse(Marker.Format());

        Assert.NotNull(read);
        Assert.Equal((Marker.Recipe, Marker.Path, Marker.Files, Marker.Bytes), (read.Recipe, read.Path, read.Files, read.Bytes));
        Assert.Equal(Marker.Packages.OrderBy(p => p.Key), read.Packages.OrderBy(p => p.Key));
    }

    [Fact]
    public void A_marker_truncated_anywhere_is_invalid()
    {
        var text = Marker.Format();
        Assert.All(Enumerable.Range(0, text.Length), length => Assert.Null(EngineMarker.Parse(text[..length])));
    }

    [Theory]
    [InlineData("recipe 7", "recipe x")]
    [InlineData("path /", "path ")]
    [InlineData("files 3", "files")]
    [InlineData("package a 1", "package a")]
    [InlineData("package a 1", "packet a 1")]
    public void A_marker_with_a_broken_line_is_invalid(string line, string broken) =>
        Assert.Null(EngineMarker.Parse(Marker.Format().Replace(line, broken, StringComparison.Ordinal)));

    [Theory]
    [InlineData("redis-server_5%3a8.0.2-1+b1_amd64.deb", "redis-server", "5:8.0.2-1+b1")]
    [InlineData("/cache/libc6_2.41-12_arm64.deb", "libc6", "2.41-12")]
    public void A_package_is_named_by_its_file(string file, string name, string version) =>
        Assert.Equal(new KeyValuePair<string, string>(name, version), EngineMarker.PackageOf(file));

    [Fact]
    public void A_complete_root_opens_with_its_versions()
    {
        using var cache = new TempFolder();
        var root = EngineRoot.TryOpen(MakeRoot(cache));

        Assert.NotNull(root);
        Assert.Equal("1.2", root.Versions["tool"]);
        Assert.StartsWith(root.Path, root.RedisServer, StringComparison.Ordinal);
    }

    public static TheoryData<string, Action<string>> Damages => new()
    {
        { "a file cut off", root => File.WriteAllText(Path.Combine(root, "usr/bin/tool"), "to") },
        { "a file missing", root => File.Delete(Path.Combine(root, "usr/bin/tool")) },
        { "a file added", root => File.WriteAllText(Path.Combine(root, "usr/bin/other"), "") },
        { "no marker", root => File.Delete(MarkerOf(root)) },
        { "marker cut off", root => File.WriteAllText(MarkerOf(root), File.ReadAllText(MarkerOf(root))[..^4]) },
        { "another recipe", root => Rewrite(root, marker => marker with { Recipe = marker.Recipe + 1 }) },
        { "another place", root => Rewrite(root, marker => marker with { Path = root + "-2" }) },
    };

    [Theory]
    [MemberData(nameof(Damages), DisableDiscoveryEnumeration = true)]
    public void A_damaged_root_does_not_open(string what, Action<string> damage)
    {
        ArgumentNullException.ThrowIfNull(damage);
        using var cache = new TempFolder();
        var root = MakeRoot(cache);
        damage(root);
        Assert.True(EngineRoot.TryOpen(root) is null, what);
    }

    [Fact]
    public void A_root_that_was_moved_does_not_open()
    {
        using var cache = new TempFolder();
        Directory.Move(MakeRoot(cache), cache / "moved");
        Assert.Null(EngineRoot.TryOpen(cache / "moved"));
    }

    [Fact]
    public void A_failure_names_the_step_the_reason_and_the_solutions()
    {
        var message = EngineRootBuilder.Failure("downloading packages", "the mirror does not answer.").Message;

        Assert.Contains("downloading packages failed, because the mirror does not answer;", message, StringComparison.Ordinal);
        Assert.All(["Docker", "Podman", "ConnectionStrings__", "Debian"], wayOut => Assert.Contains(wayOut, message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void A_step_converts_expected_failures_into_that_message_and_lets_bugs_through()
    {
        using var cache = new TempFolder();
        List<string> lines = [];
        var builder = new EngineRootBuilder(new() { CacheDirectory = cache.Path }, lines.Add);

        Assert.Contains("reading failed, because no such mirror", Assert.Throws<EngineException>(
            () => builder.Step<string>("reading", () => throw new IOException("no such mirror"))).Message, StringComparison.Ordinal);
        Assert.Contains("is full", Assert.Throws<EngineException>(
            () => builder.Step<string>("unpacking", () => throw new ToolException("tar: No space left on device"))).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => builder.Step<string>("bug", () => throw new InvalidOperationException()));
        Assert.Equal("done", builder.Step("fine", () => "done"));
        Assert.StartsWith("done (", Assert.Single(lines), StringComparison.Ordinal);
    }

    private static string MarkerOf(string root) => Path.Combine(root, EngineMarker.FileName);

    private static string MakeRoot(TempFolder cache)
    {
        cache.Write("root/usr/bin/tool", "tool");
        cache.Write("root/etc/tool.conf", "x");
        var root = cache / "root";
        var (files, bytes) = EngineMarker.Measure(root);
        Assert.Equal((2, 5L), (files, bytes));
        File.WriteAllText(MarkerOf(root),
            new EngineMarker(EngineRootBuilder.Recipe, root, files, bytes, new Dictionary<string, string> { ["tool"] = "1.2" }).Format());
        return root;
    }

    private static void Rewrite(string root, Func<EngineMarker, EngineMarker> change) =>
        File.WriteAllText(MarkerOf(root), change(EngineMarker.Parse(File.ReadAllText(MarkerOf(root)))!).Format());
}
