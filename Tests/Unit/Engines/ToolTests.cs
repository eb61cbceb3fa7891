using System.Diagnostics;
using System.Globalization;
using EngineRoots;
using NativeEngines;

namespace Tests.Unit.Engines;

[Trait("Category", "Unit")]
public sealed class ToolTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("W: slow\nE: Failed to fetch the list.\nE: later", "Failed to fetch the list")]
    [InlineData("E: Write error\ntar: cannot write: No space left on device", "tar: cannot write: No space left on device")]
    [InlineData("2030-01-01 00:00:00 GMT [7] LOG:  starting\n2030-01-01 00:00:00 GMT [7] FATAL:  data directory is in use\nhint",
        "FATAL:  data directory is in use")]
    [InlineData("nginx: [emerg] unknown directive \"lissten\" in nginx.conf:3\nnginx: configuration file test failed",
        "[emerg] unknown directive \"lissten\" in nginx.conf:3")]
    [InlineData("first\nlast line.\n\n", "last line")]
    [InlineData("", "")]
    public void The_reason_is_the_line_with_the_error(string errors, string expected) => Assert.Equal(expected, Tool.Reason(errors.Split('\n')));

    [Fact]
    public void Output_input_and_environment_pass_through()
    {
        var options = new ToolOptions { Input = "in", Environment = new Dictionary<string, string> { ["GIVEN"] = "env" } };
        Assert.Equal("in env C\n", Tool.Run("sh", ["-c", "echo \"$(cat) $GIVEN $LC_ALL\""], options, Ct));
    }

    [Fact]
    public void A_failure_contains_the_reason_or_the_exit_code()
    {
        Assert.Equal("error: it is broken",
            Assert.Throws<ToolException>(() => Tool.Run("sh", ["-c", "echo error: it is broken. >&2; exit 3"], new(), Ct)).Message);
        Assert.Contains("exit code 3", Assert.Throws<ToolException>(() => Tool.Run("sh", ["-c", "exit 3"], new(), Ct)).Message, StringComparison.Ordinal);
        Assert.Throws<ToolException>(() => Tool.Run("there-is-no-such-program", [], new(), Ct));
    }

    [Fact]
    public void Too_much_output_is_cut_and_does_not_block() =>
        Assert.InRange(Tool.Run("sh", ["-c", "seq 1 200000"], new(), Ct).Length, 256 * 1024, 300 * 1024);

    [Fact]
    public void A_leftover_child_does_not_block()
    {
        using var folder = new TempFolder();
        var clock = Stopwatch.StartNew();

        Assert.Equal("done\n", Tool.Run("sh", ["-c", $"sleep 60 & echo $! > {folder / "child"}; echo done"], new(), Ct));

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), "it took as long as the child");
        using var child = Process.GetProcessById(int.Parse(File.ReadAllText(folder / "child"), CultureInfo.InvariantCulture));
        child.Kill();
    }

    [Fact]
    public void A_program_that_takes_too_long_is_killed_with_its_children()
    {
        using var folder = new TempFolder();
        var clock = Stopwatch.StartNew();

        var trouble = Assert.Throws<ToolException>(() => Tool.Run("sh", SleepingChild(folder), new() { Timeout = TimeSpan.FromMilliseconds(100) }, Ct));

        Assert.Contains("took longer than", trouble.Message, StringComparison.Ordinal);
        AssertGone(folder, clock);
    }

    [Fact]
    public async Task A_program_that_is_cancelled_is_killed_with_its_children()
    {
        using var folder = new TempFolder();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var clock = Stopwatch.StartNew();

        var run = Task.Run(() => Tool.Run("sh", SleepingChild(folder), new(), cancel.Token), Ct);
        while (!File.Exists(folder / "child")) await Task.Delay(10, Ct);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        AssertGone(folder, clock);
    }

    [Fact]
    public void A_program_is_not_started_when_it_is_cancelled_before()
    {
        using var folder = new TempFolder();
        Assert.Throws<OperationCanceledException>(() => Tool.Run("touch", [folder / "made"], new(), new CancellationToken(canceled: true)));
        Assert.False(File.Exists(folder / "made"));
    }

    private static string[] SleepingChild(TempFolder folder)
        => ["-c", $"sleep 60 & echo $! > {folder / "draft"}; mv {folder / "draft"} {folder / "child"}; wait"];

    private static void AssertGone(TempFolder folder, Stopwatch clock)
    {
        var child = int.Parse(File.ReadAllText(folder / "child"), CultureInfo.InvariantCulture);
        // A killed child that has not been reaped yet has no command line.
        Assert.True(SpinWait.SpinUntil(() => ProcFile.CommandLine(child).Length == 0, TimeSpan.FromSeconds(10)), "the child still runs");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), "it took as long as the program");
    }
}
