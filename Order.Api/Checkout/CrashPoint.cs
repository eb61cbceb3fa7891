using System.Diagnostics;
using System.Globalization;
using Order.Api.Checkout.Saga;

namespace Order.Api.Checkout;

/// <summary>
/// Kills this process at a chosen point of a checkout, like a power failure, to test how other replicas recover. <c>Checkout:CrashAt</c> names the step and the
/// side, as in <c>charge:after</c>. An optional third part selects a later occurrence, as in <c>charge:after:3</c>. The setting is read in Development only.
/// Without it, checkouts run without this class.
/// </summary>
internal sealed class CrashPoint
{
    /// <summary>The steps that write to the store (<c>begin</c>, <c>record</c>, <c>end</c>, <c>adopt</c>) and the commands to the participants.</summary>
    public static readonly string[] Steps =
        [.. ((string[])["begin", "record", "end", "adopt"]).Union(Enum.GetValues<SagaStep>().Select(SagaCommand.Of).OfType<SagaCommand>().Select(c => c.Name))];

    private readonly string _step;
    private readonly bool _isAfter;
    private int _timesLeft;

    private CrashPoint(string step, bool isAfter, int times) => (_step, _isAfter, _timesLeft) = (step, isAfter, times);

    /// <summary>Parses <c>step:before</c> or <c>step:after</c>, optionally followed by <c>:N</c> with N at least 1.</summary>
    /// <exception cref="FormatException">The text has another format.</exception>
    public static CrashPoint Parse(string text)
    {
        var parts = text.Split(':');
        var times = 1;
        return parts.Length is 2 or 3 && Steps.Contains(parts[0]) && parts[1] is "before" or "after"
            && (parts.Length == 2 || (int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out times) && times > 0))
            ? new(parts[0], parts[1] == "after", times)
            : throw new FormatException($"Checkout:CrashAt is '{text}': expected one of {string.Join(", ", Steps)}, then :before or :after, optionally :N.");
    }

    /// <summary>Performs the call and kills this process before or after it if configured. A failed call has no "after": its outcome is unknown.</summary>
    /// <param name="steps">The steps that the call carries out.</param>
    /// <param name="askAsync">Performs the call.</param>
    /// <param name="isDone">Whether the answer counts as an occurrence. By default every answer does.</param>
    public async Task<T> AroundAsync<T>(IEnumerable<string> steps, Func<Task<T>> askAsync, Func<T, bool>? isDone = null)
    {
        var isMine = steps.Contains(_step);
        if (isMine && !_isAfter) Pass();
        var answer = await askAsync();
        if (isMine && _isAfter && isDone?.Invoke(answer) != false) Pass();
        return answer;
    }

    private void Pass()
    {
        if (Interlocked.Decrement(ref _timesLeft) > 0) return;
        Console.Error.WriteLine($"Checkout:CrashAt: {_step}:{(_isAfter ? "after" : "before")} is reached; this process kills itself.");
        Process.GetCurrentProcess().Kill(); // SIGKILL: nothing is flushed and no connection is closed properly
        Thread.Sleep(Timeout.Infinite);
    }
}
