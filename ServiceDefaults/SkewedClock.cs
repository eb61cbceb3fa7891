using System.Globalization;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ServiceDefaults;

/// <summary>
/// A wall clock that is off, to test how other processes cope: <c>Clock:SkewSeconds</c> sets the difference, positive for ahead and negative for behind.
/// Timestamps and timers are the system's and run at normal speed. The setting is read in Development only.
/// </summary>
/// <param name="skew">Added to the system's time.</param>
internal sealed class SkewedClock(TimeSpan skew) : TimeProvider
{
    /// <summary>Maximum difference in seconds, ahead or behind: ten years.</summary>
    public const int SkewSecondsMax = 315_360_000;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + skew;

    /// <exception cref="FormatException">The text is not a number, or exceeds <see cref="SkewSecondsMax"/>.</exception>
    public static SkewedClock Parse(string text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && Math.Abs(seconds) <= SkewSecondsMax
            ? new(TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond)))
            : throw new FormatException($"Clock:SkewSeconds is '{text}': expected a number of seconds from -{SkewSecondsMax} to {SkewSecondsMax}.");
}
