using System.Diagnostics;
using System.Globalization;

namespace Order.Api.Checkout;

/// <summary>
/// Kills this process at a chosen point of a checkout, as a power cut would: to see what others make of it. <c>Checkout:CrashAt</c> names the step and the
/// side of it, as in <c>charge:after</c>, and if it is not the first time that counts, which one, as in <c>charge:after:3</c>. In Development only; elsewhere
/// the setting is not looked at. Where it is not set, nothing of this is in the way of a checkout.
/// </summary>
internal sealed class CrashPoint
{
    /// <summary>What is persisted (<c>begin</c>, <c>record</c>, <c>end</c>, <c>adopt</c>) and what is asked of others.</summary>
    public static readonly string[] Steps = ["begin", "record", "end", "adopt", "reserve", "commit", "release", "charge", "refund"];

    private readonly string _step;
    private readonly bool _isAfter;
    private int _timesLeft;

    private CrashPoint(string step, bool isAfter, int times) => (_step, _isAfter, _timesLeft) = (step, isAfter, times);

    /// <summary>Reads <c>step:before</c> or <c>step:after</c>, with or without <c>:N</c>, N from 1.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static CrashPoint Parse(string text)
    {
        var parts = text.Split(':');
        var times = 1;
        return parts.Length is 2 or 3 && Steps.Contains(parts[0]) && parts[1] is "before" or "after"
            && (parts.Length == 2 || (int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out times) && times > 0))
            ? new(parts[0], parts[1] == "after", times)
            : throw new FormatException($"Checkout:CrashAt is '{text}': not one of {string.Join(", ", Steps)} with :before or :after, and then :N or nothing.");
    }

    /// <summary>Does what is asked, unless this process dies before or after it. After: not if it has failed, for then nobody knows if it was done.</summary>
    /// <param name="steps">Of what is asked.</param>
    /// <param name="askAsync">Asks.</param>
    /// <param name="isDone">Whether the answer counts; each does, unless given.</param>
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
        Process.GetCurrentProcess().Kill(); // SIGKILL: nothing is flushed, no connection is closed in order
        Thread.Sleep(Timeout.Infinite);
    }
}
