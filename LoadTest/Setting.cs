using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace LoadTest;

/// <summary>Creates the options of commands. The help of each shows its unit, limits and default, and errors contain its name.</summary>
internal static class Setting
{
    public const int ConnectionsMax = 10_000, DurationSecondsMax = 3_600, RampSecondsMax = 600, RatePerSecondMax = 1_000_000;

    /// <summary>Creates an option with a value.</summary>
    /// <param name="name">The option's name, including dashes.</param>
    /// <param name="unit">The placeholder for the value in the help.</param>
    /// <param name="description">The help text.</param>
    /// <param name="read">Parses the value; throws <see cref="UsageException"/>.</param>
    /// <param name="otherwise">Gets the default.</param>
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

    /// <summary>Creates an option for a whole number; without a default it is 0 if not given.</summary>
    public static Option<T> Number<T>(string name, string unit, string description, T min, T max, T? otherwise = null)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var limits = max == T.MaxValue ? "" : $" ({min:N0} to {max:N0})";
        return Of(name, unit, description + limits, text => ReadNumber(name, text, min, max), otherwise is { } value ? () => value : null);
    }

    /// <summary>Parses a whole number.</summary>
    /// <exception cref="UsageException">The text is not a whole number, or is out of range.</exception>
    public static T ReadNumber<T>(string name, string text, T min, T max) where T : struct, IBinaryInteger<T> =>
        T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number
            : throw new UsageException($"{name} must be a whole number from {min} to {max}; '{text}' was given.");

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    public static Option<Target[]> Targets() => Of("--target", "URL,...", $"Addresses of one shop, at most {Target.CountMax}; users are spread over them",
        Target.ParseMany, static () => Target.ParseMany(Target.Default));

    public static Option<int> Connections(int otherwise) =>
        Number("--connections", "N", "Keep-alive connections", 1, ConnectionsMax, otherwise);

    public static Option<int> Duration(int otherwise) => Number("--duration", "SECONDS", "Seconds measured", 1, DurationSecondsMax, otherwise);

    public static Option<int> Warmup(int otherwise) => Number("--warmup", "SECONDS", "Seconds of load before the measurement", 0, RampSecondsMax, otherwise);

    public static Option<int> Rate() => Number("--rate", "N", "Open loop: requests per second, however fast the answers come; latency counts from the scheduled"
        + " time. By default a closed loop: each connection sends after its answer has arrived", 1, RatePerSecondMax);

    public static Option<string?> Nginx() => Text("--nginx", "FILE", "nginx for the bare hop; else the one on PATH, else the one that the AppHost unpacked");

    public static Option<string?> Json() => Text("--json", "FILE", "Also write the results as JSON");

    public static Option<string?> Html() => Text("--html", "FILE", "Also write a page with plots");
}
