using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Tests.Cluster;
using Tests.Unit.Deployment;

namespace Tests.Faults;

/// <summary>
/// Attaches strace(1) to running processes to make system calls fail, delay or kill them, without a faulty disk. Disposing detaches it.
/// </summary>
internal sealed class Tracer : IAsyncDisposable
{
    private static readonly TimeSpan AttachLimit = TimeSpan.FromSeconds(10), EndLimit = TimeSpan.FromSeconds(10);

    private readonly Process _strace;
    private readonly ConcurrentQueue<string> _errors = [];

    private Tracer(Process strace)
    {
        _strace = strace;
        strace.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
        strace.BeginErrorReadLine();
    }

    /// <summary>Skips the test if strace is not installed.</summary>
    public static void SkipUnlessThere() => Assert.SkipUnless(Published.Has("strace"), "strace is not on this machine");

    /// <summary>Attaches to the processes. Skips the test if that is not permitted.</summary>
    /// <param name="processes">Running processes.</param>
    /// <param name="arguments">Which calls to tamper with and how, and the output file.</param>
    public static async Task<Tracer> AttachAsync(IReadOnlyList<int> processes, params string[] arguments)
    {
        var start = new ProcessStartInfo("strace", arguments) { RedirectStandardError = true };
        foreach (var process in processes)
        {
            start.ArgumentList.Add("-p");
            start.ArgumentList.Add(process.ToString(CultureInfo.InvariantCulture));
        }

        var tracer = new Tracer(Process.Start(start)!);
        // One line per process: attached, or the error.
        await Eventually.UntilAsync(() => Task.FromResult(tracer._errors.Count(IsOfAttaching)), count => count >= processes.Count, AttachLimit);
        var refusal = tracer._errors.FirstOrDefault(line => line.Contains("Operation not permitted", StringComparison.Ordinal));
        var attached = tracer._errors.Any(line => line.Contains(" attached", StringComparison.Ordinal));
        if (attached && refusal is null) return tracer;
        await tracer.DisposeAsync();
        Assert.SkipWhen(refusal is not null, $"strace may not attach to processes here: {refusal}");
        throw new InvalidOperationException($"strace attaches to none: {string.Join('\n', tracer._errors)}");
    }

    /// <summary>Waits until all traced processes have exited and the output is complete.</summary>
    public async Task EndedAsync() => await _strace.WaitForExitAsync(CancellationToken.None).WaitAsync(EndLimit, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (!_strace.HasExited) Signal.Interrupt.TrySend(_strace.Id);
        await _strace.WaitForExitAsync(CancellationToken.None).WaitAsync(EndLimit, CancellationToken.None);
        _strace.Dispose();
    }

    private static bool IsOfAttaching(string line) =>
        line.Contains(" attached", StringComparison.Ordinal) || line.Contains("attach: ", StringComparison.Ordinal);
}
