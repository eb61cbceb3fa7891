using Microsoft.Extensions.Configuration;

namespace AppHost.Deployment;

/// <summary>The AppHost's own command line: <c>publish</c> beside Aspire's arguments.</summary>
internal static class PublishCommand
{
    /// <summary>Where files go unless the command line says otherwise, in the current directory.</summary>
    public const string DefaultOutput = "aspirate-output";

    public const string Help = """
        dotnet run --project AppHost                     builds and starts the shop; Ctrl+C ends it
        dotnet run --project AppHost -- publish          writes the deployments and starts nothing
            --output-path FOLDER                         where to (aspirate-output)
            --target kubernetes|compose|vms              only this one, or several with commas (all)
        dotnet run --project AppHost -- --help           says this
        """;

    /// <summary>All targets.</summary>
    public static readonly string[] Targets = ["kubernetes", "compose", "vms"];

    /// <summary>Translates the command line, or says on the console what is to be said, and sets the exit code (2 for a wrong command line).</summary>
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

    /// <summary>
    /// Writes <c>publish</c> out as the arguments that <c>aspire publish</c> passes; any other command line stays as it is.
    /// </summary>
    /// <exception cref="ArgumentException">An argument of <c>publish</c> is unknown, twice there, without its value, or bad.</exception>
    public static string[] Translate(string[] args)
    {
        if (args is not ["publish", .. var rest]) return args;
        var values = new Dictionary<string, string> { ["--output-path"] = DefaultOutput, ["--target"] = string.Join(',', Targets) };
        HashSet<string> seen = [];
        for (var i = 0; i < rest.Length; i++)
        {
            var (name, value) = rest[i].Split('=', 2) is [var left, var right] ? (left, right) : (rest[i], i + 1 < rest.Length ? rest[++i] : "");
            if (!values.ContainsKey(name)) throw new ArgumentException($"publish has no argument '{name}'; it has --output-path and --target.");
            if (!seen.Add(name)) throw new ArgumentException($"{name} is there twice.");
            if (value.Length == 0) throw new ArgumentException($"{name} needs a value.");
            values[name] = value;
        }

        _ = Parse(values["--target"]);
        return ["--operation", "publish", "--step", "publish", "--output-path", values["--output-path"], "--target", values["--target"]];
    }

    /// <summary>Whether files for the target are asked for.</summary>
    /// <exception cref="ArgumentException">A target is unknown.</exception>
    public static bool Publishes(this IDistributedApplicationBuilder builder, string target)
        => builder.ExecutionContext.IsPublishMode && Parse(builder.Configuration.GetValue("target", string.Join(',', Targets))!).Contains(target);

    private static string[] Parse(string text)
    {
        var targets = text.Split(',', StringSplitOptions.TrimEntries);
        return targets.FirstOrDefault(t => !Targets.Contains(t)) is { } unknown
            ? throw new ArgumentException($"There is no target '{unknown}'; there are {string.Join(", ", Targets)}.") : targets;
    }
}
