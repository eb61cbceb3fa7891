using System.Globalization;
using System.Text.RegularExpressions;
using EngineRoots;

namespace NativeEngines;

/// <summary>Runs nginx with a copy of the mounted configuration whose paths are changed to this machine's. The configuration sets the ports.</summary>
internal static partial class NginxRecipe
{
    private const string Folder = "/etc/nginx", Main = "nginx.conf";
    private const string MainOfImage = "events { }\nhttp {\n    include mime.types;\n    include conf.d/*.conf;\n}\n";

    public static NativeProcess Prepare(NativeContext context)
    {
        context.MakeScratch();
        // Workers outlive a killed master, and keep the port.
        context.WaitUntilReleased(context.Scratch, _ => false);
        foreach (var stale in Directory.GetFiles(context.Scratch, "*.conf", SearchOption.AllDirectories)) File.Delete(stale);
        Copy(context, Main, MainOfImage);
        foreach (var mount in context.Spec.Mounts.Where(m => m is { IsVolume: false, Source: not null } && NativeContext.IsAtOrBelow(m.Target, Folder)))
        {
            var below = mount.Target.TrimEnd('/')[Folder.Length..].TrimStart('/');
            if (File.Exists(mount.Source)) Copy(context, below, File.ReadAllText(mount.Source));
            else
                foreach (var file in Directory.GetFiles(mount.Source!, "*", SearchOption.AllDirectories))
                    Copy(context, Path.Combine(below, Path.GetRelativePath(mount.Source!, file)), File.ReadAllText(file));
        }

        if (!File.Exists(Path.Combine(context.Scratch, "mime.types"))) File.Copy(context.Root.NginxMimeTypes, Path.Combine(context.Scratch, "mime.types"));
        EngineUser.Own(context.Scratch, context.Cancellation);
        string[] arguments =
            ["-e", "stderr", "-p", context.Scratch + "/", "-c", Path.Combine(context.Scratch, Main), "-g", $"daemon off; pid {context.Scratch}/nginx.pid;"];
        Tool.Run(context.Root.Nginx, ["-t", "-q", .. arguments], new() { AsEngineUser = true }, context.Cancellation);
        return EngineUser.Launch(context.Root.Nginx, arguments, context.Scratch);
    }

    /// <summary>
    /// Adapts a configuration file to run outside a container: mounted paths become their sources, settings of the command line are removed, and paths in
    /// system folders move to <paramref name="prefix"/>.
    /// </summary>
    /// <param name="text">The file's text.</param>
    /// <param name="prefix">The private folder that replaces /etc/nginx.</param>
    /// <param name="mounts">The container's mounts.</param>
    /// <param name="canOpenOutput">Whether nginx may open /dev/stdout. It may not if another user owns it; a log file then replaces it.</param>
    internal static string Localize(string text, string prefix, IEnumerable<NativeMount> mounts, bool canOpenOutput)
    {
        text = SetByCommandLine().Replace(text, "");
        var output = canOpenOutput ? "/dev/stdout" : $"{prefix}/access.log";
        var places = new Dictionary<string, string>
        {
            [Folder] = prefix, ["/var/log/nginx/error.log"] = "stderr", ["/dev/stderr"] = "stderr",
            ["/var/log/nginx/access.log"] = output, ["/dev/stdout"] = output,
        };
        foreach (var mount in mounts.Where(m => m is { IsVolume: false, Source: not null, Target.Length: > 1 } && !NativeContext.IsAtOrBelow(m.Target, Folder)))
            places[mount.Target.TrimEnd('/')] = Path.GetFullPath(mount.Source!).TrimEnd('/');
        // All in one pass, so that nothing is replaced twice, the longest first, and never just a part of a longer path.
        var paths = string.Join('|', places.Keys.OrderByDescending(path => path.Length).Select(Regex.Escape));
        text = Regex.Replace(text, $@"(?<![\w.}}/-])(?:{paths})(?![\w.-])", match => places[match.Value]);
        var added = string.Concat(new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }
            .Where(kind => !text.Contains($"{kind}_temp_path", StringComparison.Ordinal)).Select(kind => $" {kind}_temp_path {prefix}/{kind};"));
        if (!text.Contains("access_log", StringComparison.Ordinal)) added += " access_log off;";
        return HttpBlock().Replace(text, match => match.Value + added, 1);
    }

    private static void Copy(NativeContext context, string name, string text)
    {
        var file = Path.Combine(context.Scratch, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var isConfiguration = Path.GetExtension(name) == ".conf";
        if (isConfiguration)
            text = LimitOpenFiles(Localize(text, context.Scratch, context.Spec.Mounts, !Environment.IsPrivilegedProcess), ProcFile.OpenFilesMax());
        File.WriteAllText(file, text);
    }

    /// <summary>Lowers the number of open files to what the system allows; nginx would log an alert and keep a lower limit than it could have.</summary>
    internal static string LimitOpenFiles(string text, long? filesMax) => filesMax is not { } max ? text : OpenFiles().Replace(text, match =>
        long.TryParse(match.Groups["files"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var files) && files <= max ? match.Value
            : string.Create(CultureInfo.InvariantCulture, $"{match.Groups["directive"].Value}{max};"));

    [GeneratedRegex(@"^(?<directive>[ \t]*worker_rlimit_nofile[ \t]+)(?<files>\d+);", RegexOptions.Multiline)]
    private static partial Regex OpenFiles();

    [GeneratedRegex(@"^[ \t]*(user|pid|daemon)[ \t]+[^;]*;", RegexOptions.Multiline)]
    private static partial Regex SetByCommandLine();

    [GeneratedRegex(@"^[^#\n]*\bhttp\s*\{", RegexOptions.Multiline)]
    private static partial Regex HttpBlock();
}
