using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace LoadTest;

/// <summary>Options of commands. Each says its unit, its limits and its default in the help, and its name in errors.</summary>
internal static class Setting
{
    public const int ConnectionsMax = 10_000, DurationSecondsMax = 3_600, RampSecondsMax = 600, RatePerSecondMax = 1_000_000;

    /// <summary>An option with a value.</summary>
    /// <param name="name">As it is given.</param>
    /// <param name="unit">Stands for the value in the help.</param>
    /// <param name="description">For the help.</param>
    /// <param name="read">Reads the value; throws <see cref="UsageException"/>.</param>
    /// <param name="otherwise">Makes the default.</param>
    public static Option<T> Of<T>(string name, string unit, string description, Func<string, T> read, Func<T>? otherwise = null)
    {
        var option = new Option<T>(name) { HelpName = unit, Description = description, Arity = ArgumentArity.ExactlyOne };
        option.CustomParser = given =>
        {
            try
            {
                return read(given.Tokens[0].Value);
            }
            catch (UsageException e)
            {
                given.AddError(e.Message);
                return default;
            }
        };
        if (otherwise is not null) option.DefaultValueFactory = _ => otherwise();
        return option;
    }

    public static Option<string?> Text(string name, string unit, string description) =>
        Of<string?>(name, unit, description, text => text.Length > 0 ? text : throw new UsageException($"{name} needs a value."));

    /// <summary>A whole number; without a default it is 0 where it is not given.</summary>
    public static Option<T> Number<T>(string name, string unit, string description, T min, T max, T? otherwise = null)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var limits = max == T.MaxValue ? "" : $" ({min:N0} to {max:N0})";
        return Of(name, unit, description + limits, text => ReadNumber(name, text, min, max), otherwise is { } value ? () => value : null);
    }

    /// <summary>Reads a whole number.</summary>
    /// <exception cref="UsageException">It is none, or out of its range.</exception>
    public static T ReadNumber<T>(string name, string text, T min, T max) where T : struct, IBinaryInteger<T> =>
        T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number
            : throw new UsageException($"{name} must be a whole number from {min} to {max}; '{text}' was given.");

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    public static Option<Target[]> Targets() => Of("--target", "URL,...", $"Addresses of one shop, {Target.CountMax} at most; users take turns",
        Target.ParseMany, static () => Target.ParseMany(Target.Default));

    public static Option<int> Connections(int otherwise) =>
        Number("--connections", "N", "Keep-alive connections", 1, ConnectionsMax, otherwise);

    public static Option<int> Duration(int otherwise) => Number("--duration", "SECONDS", "Seconds measured", 1, DurationSecondsMax, otherwise);

    public static Option<int> Warmup(int otherwise) => Number("--warmup", "SECONDS", "Seconds of load before these", 0, RampSecondsMax, otherwise);

    public static Option<int> Rate() => Number("--rate", "N", "Open loop: requests a second, however fast the answers come; latency counts from the scheduled"
        + " time. Without it a closed loop: each connection sends when it has its answer", 1, RatePerSecondMax);

    public static Option<string?> Nginx() => Text("--nginx", "FILE", "nginx for the bare hop; else the one on PATH, else the one that the AppHost unpacked");

    public static Option<string?> Json() => Text("--json", "FILE", "Write the results as JSON, too");

    public static Option<string?> Html() => Text("--html", "FILE", "Write a page with plots, too");
}
