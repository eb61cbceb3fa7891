using System.Globalization;
using System.Text;
using EngineRoots;

namespace NativeEngines;

/// <summary>Runs Redis. Its command line becomes a private configuration file, because everyone can read a process's arguments.</summary>
internal static class RedisRecipe
{
    public static NativeProcess Prepare(NativeContext context)
    {
        context.MakeScratch();
        var (data, _) = context.DataFolder("/data");
        EngineUser.Own(data, context.Cancellation);
        // A child that writes a snapshot or a log outlives a killed server; its title identifies it.
        context.WaitUntilReleased(data, process => ProcFile.CommandLine(process) is var title && !title.StartsWith("redis-rdb-", StringComparison.Ordinal)
            && !title.StartsWith("redis-aof-", StringComparison.Ordinal));
        var configuration = Path.Combine(context.Scratch, "redis.conf");
        EngineUser.WriteSecret(configuration, Configuration(Command(context.Spec), ReadMounted, context.HostPort(6379), data), context.Cancellation);
        return EngineUser.Launch(context.Root.RedisServer, [configuration], context.Scratch);

        string ReadMounted(string path)
        {
            var mount = context.Spec.Mounts.FirstOrDefault(m => !m.IsVolume && NativeContext.IsAtOrBelow(path, m.Target.TrimEnd('/')));
            var source = mount?.Source ?? throw new IOException($"no mount found at {path}");
            return File.ReadAllText(source + path[mount.Target.TrimEnd('/').Length..]);
        }
    }

    /// <summary>
    /// Gets redis-server's arguments from the forms that the image accepts: <c>/bin/sh -c "redis-server ..."</c>, a command, or bare options.
    /// </summary>
    /// <exception cref="FormatException">The command is not a plain redis-server command.</exception>
    internal static IReadOnlyList<string> Command(NativeContainerSpec spec)
    {
        var isShell = Path.GetFileName(spec.Entrypoint) is "sh" or "bash" && spec.Args is ["-c", ..];
        IReadOnlyList<string> words = isShell ? ShellWords.Parse(spec.Args.ElementAtOrDefault(1) ?? "", spec.Environment) : spec.Args;
        if (words is ["exec", ..]) words = [.. words.Skip(1)];
        if (words.Count > 0 && Path.GetFileName(words[0]) == "redis-server") return [.. words.Skip(1)];
        var isOptions = words.Count == 0 || words[0].StartsWith('-') || words[0].EndsWith(".conf", StringComparison.Ordinal);
        return !isShell && isOptions ? words : throw new FormatException("it does not start redis-server");
    }

    /// <summary>
    /// Creates a redis.conf from redis-server's arguments: a file first, then <c>--name value ...</c>. Later lines take precedence, so the engine's own come
    /// last.
    /// </summary>
    internal static string Configuration(IReadOnlyList<string> arguments, Func<string, string> readFile, int port, string data)
    {
        var text = new StringBuilder();
        foreach (var argument in arguments)
        {
            if (text.Length == 0 && !argument.StartsWith('-')) text.Append(readFile(argument));
            else if (argument.StartsWith("--", StringComparison.Ordinal)) text.Append('\n').Append(argument.AsSpan(2));
            else text.Append(' ').Append(Quote(argument));
        }

        text.Append(CultureInfo.InvariantCulture, $"\nport {port}\nbind 127.0.0.1\ndir {Quote(data)}\ndaemonize no\npidfile \"\"\nlogfile \"\"\n");
        return text.ToString();
    }

    private static string Quote(string value) => '"' + value.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + '"';
}
