using Microsoft.Extensions.Configuration;

namespace AppHost.Deployment;

/// <summary>Handles the AppHost's own command line: <c>publish</c>, besides Aspire's arguments.</summary>
internal static class PublishCommand
{
    /// <summary>The default output folder, in the current directory.</summary>
    public const string DefaultOutput = "aspirate-output";

    public const string Help = """
        dotnet run --project AppHost                     builds and starts the shop; Ctrl+C stops it
        dotnet run --project AppHost -- publish          writes the deployment files; starts nothing
            --output-path FOLDER                         output folder (aspirate-output)
            --target kubernetes|compose|vms              targets, separated by commas (all)
        dotnet run --project AppHost -- --help           prints this help
        """;

    public static readonly string[] Targets = ["kubernetes", "compose", "vms"];

    /// <summary>Translates the command line, or prints the help or an error and sets the exit code (2 for an invalid command line).</summary>
    public static bool TryTranslate(string[] args, out string[] arguments)
    {
        arguments = [];
        try
        {
            if (args is ["--help" or "-h"] or ["publish", "--help" or "-h"]) Console.WriteLine(Help);
            else arguments = Translate(args);
            return args is [] || arguments.Length > 0;
        }
        catch (ArgumentException e)
        {
            Console.Error.WriteLine($"error: {e.Message}");
            Environment.ExitCode = 2;
            return false;
        }
    }

    /// <summary>Expands <c>publish</c> to the arguments that <c>aspire publish</c> passes; any other command line is left unchanged.</summary>
    /// <exception cref="ArgumentException">An argument of <c>publish</c> is unknown, repeated, without a value, or not valid.</exception>
    public static string[] Translate(string[] args)
    {
        if (args is not ["publish", .. var rest]) return args;
        var values = new Dictionary<string, string> { ["--output-path"] = DefaultOutput, ["--target"] = string.Join(',', Targets) };
        HashSet<string> seen = [];
        for (var i = 0; i < rest.Length; i++)
        {
            var (name, value) = rest[i].Split('=', 2) is [var left, var right] ? (left, right) : (rest[i], i + 1 < rest.Length ? rest[++i] : "");
            if (!values.ContainsKey(name)) throw new ArgumentException($"unknown argument '{name}'; publish takes --output-path and --target.");
            if (!seen.Add(name)) throw new ArgumentException($"{name} is given twice.");
            if (value.Length == 0) throw new ArgumentException($"{name} needs a value.");
            values[name] = value;
        }

        _ = Parse(values["--target"]);
        return ["--operation", "publish", "--step", "publish", "--output-path", values["--output-path"], "--target", values["--target"]];
    }

    /// <summary>Returns whether files for the target are requested.</summary>
    /// <exception cref="ArgumentException">A target is unknown.</exception>
    public static bool Publishes(this IDistributedApplicationBuilder builder, string target)
        => builder.ExecutionContext.IsPublishMode && Parse(builder.Configuration.GetValue("target", string.Join(',', Targets))!).Contains(target);

    private static string[] Parse(string text)
    {
        var targets = text.Split(',', StringSplitOptions.TrimEntries);
        return targets.FirstOrDefault(t => !Targets.Contains(t)) is { } unknown
            ? throw new ArgumentException($"Unknown target '{unknown}'; the targets are {string.Join(", ", Targets)}.") : targets;
    }
}
