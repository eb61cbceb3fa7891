using EngineRoots;
using NativeEngines;

namespace Tests.Unit.Engines;

[Trait("Category", "Unit")]
public sealed class FileLockTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void A_second_holder_is_notified_once_and_times_out()
    {
        using var folder = new TempFolder();
        using var first = FileLock.Acquire(folder / ".lock", TimeSpan.Zero, () => Assert.Fail("nobody holds it"), Ct);
        var told = 0;

        var trouble = Assert.Throws<IOException>(() => FileLock.Acquire(folder / ".lock", TimeSpan.FromMilliseconds(250), () => told++, Ct));

        Assert.Contains(folder / ".lock", trouble.Message, StringComparison.Ordinal);
        Assert.Equal(1, told);
    }

    [Fact]
    public async Task A_second_holder_gets_it_when_the_first_lets_go()
    {
        using var folder = new TempFolder();
        using var waits = new SemaphoreSlim(0);
        var first = FileLock.Acquire(folder / ".lock", TimeSpan.Zero, () => { }, Ct);
        var second = Task.Run(() => FileLock.Acquire(folder / ".lock", TimeSpan.FromSeconds(20), () => waits.Release(), Ct), Ct);
        Assert.True(await waits.WaitAsync(TimeSpan.FromSeconds(10), Ct));
        Assert.False(second.IsCompleted);

        first.Dispose();

        (await second).Dispose();
        Assert.True(File.Exists(folder / ".lock"));
    }

    [Fact]
    public void Cancelling_ends_the_wait()
    {
        using var folder = new TempFolder();
        using var first = FileLock.Acquire(folder / ".lock", TimeSpan.Zero, () => { }, Ct);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        Assert.Throws<OperationCanceledException>(() => FileLock.Acquire(folder / ".lock", TimeSpan.FromMinutes(1), cancel.Cancel, cancel.Token));
    }

    [Fact]
    public void A_missing_folder_fails_without_waiting() => Assert.Throws<DirectoryNotFoundException>(
        () => FileLock.Acquire("/there/is/no/such/folder", TimeSpan.FromMinutes(1), () => Assert.Fail("it does not wait"), Ct));
}
