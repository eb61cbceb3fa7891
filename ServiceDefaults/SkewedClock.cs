using System.Globalization;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ServiceDefaults;

/// <summary>
/// A wall clock that is off, to see what others make of it: <c>Clock:SkewSeconds</c> says by how much, ahead or, below zero, behind. Timestamps and timers are
/// the system's: they pass as fast as everybody's. In Development only; elsewhere the setting is not looked at.
/// </summary>
/// <param name="skew">Added to the system's time.</param>
internal sealed class SkewedClock(TimeSpan skew) : TimeProvider
{
    /// <summary>Most seconds, ahead or behind: ten years.</summary>
    public const int SkewSecondsMax = 315_360_000;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + skew;

    /// <summary>Reads a number of seconds.</summary>
    /// <exception cref="FormatException">It is something else, or more than <see cref="SkewSecondsMax"/>.</exception>
    public static SkewedClock Parse(string text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && Math.Abs(seconds) <= SkewSecondsMax
            ? new(TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond)))
            : throw new FormatException($"Clock:SkewSeconds is '{text}': not a number of seconds from -{SkewSecondsMax} to {SkewSecondsMax}.");
}
