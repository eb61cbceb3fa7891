using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace ServiceDefaults;

/// <summary>Registers the clock.</summary>
internal static class ClockExtensions
{
    /// <summary>Adds the system's <see cref="TimeProvider"/>, or one that is off where that is asked for.</summary>
    /// <exception cref="FormatException">It is asked for something else.</exception>
    public static void AddClock(this IHostApplicationBuilder builder) => builder.Services.TryAddSingleton(
        builder.Environment.IsDevelopment() && builder.Configuration["Clock:SkewSeconds"] is { Length: > 0 } skew ? SkewedClock.Parse(skew)
            : TimeProvider.System);
}
