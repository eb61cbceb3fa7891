using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace ServiceDefaults;

internal static class ClockExtensions
{
    /// <summary>Adds the system's <see cref="TimeProvider"/>, or a <see cref="SkewedClock"/> if one is configured.</summary>
    /// <exception cref="FormatException">The configured skew is invalid.</exception>
    public static void AddClock(this IHostApplicationBuilder builder) => builder.Services.TryAddSingleton(
        builder.Environment.IsDevelopment() && builder.Configuration["Clock:SkewSeconds"] is { Length: > 0 } skew ? SkewedClock.Parse(skew)
            : TimeProvider.System);
}
