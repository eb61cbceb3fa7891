using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Tests.Hosts;

/// <summary>A service unit, as far as needed to run it: systemd.unit(5), systemd.service(5), systemd.exec(5). Sandboxing and limits are ignored.</summary>
internal sealed class SystemdUnit
{
    private readonly Dictionary<string, List<string>> _settings = [];

    public SystemdUnit(string name, string text)
    {
        Name = name;
        foreach (var line in text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && !"#;[".Contains(l[0], StringComparison.Ordinal)))
        {
            var (key, value) = line.Split('=', 2) is [var left, var right] ? (left.Trim(), right.Trim())
                : throw new FormatException($"{name}: '{line}' is no assignment.");
            if (!_settings.TryGetValue(key, out var values)) _settings[key] = values = [];
            if (value.Length == 0) values.Clear();
            else values.Add(value);
        }
    }

    public string Name { get; }

    public string User => Last("User") ?? "root";

    public string Group => Last("Group") ?? User;

    public bool IsNotify => Last("Type") == "notify";

    public bool RestartsOnFailure => Last("Restart") == "on-failure";

    public TimeSpan RestartPause => Seconds("RestartSec", 0.1);

    public TimeSpan StartTimeMax => Seconds("TimeoutStartSec", 90);

    public TimeSpan StopTimeMax => Seconds("TimeoutStopSec", 90);

    /// <summary>Only the main process gets the signal; otherwise, all processes do.</summary>
    public bool KillsMainOnly => Last("KillMode") == "mixed";

    public string KillSignal => Last("KillSignal") ?? "SIGTERM";

    public string WorkingDirectory => Last("WorkingDirectory") ?? "/";

    public string FileMask => Last("UMask") ?? "0022";

    public string OpenFilesMax => Last("LimitNOFILE") ?? "1024";

    /// <summary>Folders below /run and /var/lib, with their modes.</summary>
    public (string Path, string Mode)[] Folders =>
    [
        .. Words("RuntimeDirectory").Select(d => ($"/run/{d}", Last("RuntimeDirectoryMode") ?? "0755")),
        .. Words("StateDirectory").Select(d => ($"/var/lib/{d}", Last("StateDirectoryMode") ?? "0755")),
    ];

    /// <summary>Credentials: files copied for the unit, by id.</summary>
    public (string Id, string Path)[] Credentials => [.. All("LoadCredential").Select(c => c.Split(':', 2)).Select(c => (c[0], c[1]))];

    public string CredentialsFolder => $"/run/credentials/{Name}";

    public string[] After => Words("After");

    /// <summary>Returns the words of all commands of a kind, such as <c>ExecStart</c>. The first word is the program.</summary>
    public string[][] Commands(string kind, IReadOnlyDictionary<string, string> environment)
        => [.. All(kind).Select(c => Split(c).Select(w => Expand(w, environment)).ToArray())];

    /// <summary>Returns the environment variables. Files are read by path; those with a leading - are optional.</summary>
    public Dictionary<string, string> Environment(Func<string, string?> read)
    {
        var variables = new Dictionary<string, string>
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ["USER"] = User, ["LOGNAME"] = User, ["HOME"] = "/nonexistent",
        };
        if (Credentials.Length > 0) variables["CREDENTIALS_DIRECTORY"] = CredentialsFolder;
        foreach (var assignment in All("Environment").SelectMany(Split)) Set(assignment);
        foreach (var file in All("EnvironmentFile"))
        {
            var text = read(file.TrimStart('-')) ?? (file.StartsWith('-') ? "" : throw new FileNotFoundException($"{Name} needs {file}."));
            foreach (var line in text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] is not '#' and not ';'))
                Set(string.Concat(Split(line)));
        }
        return variables;

        void Set(string assignment)
        {
            var parts = assignment.Split('=', 2);
            // systemd drops such a variable and logs that.
            if (!Regex.IsMatch(parts[0], "^[A-Za-z_][A-Za-z0-9_]*$")) throw new FormatException($"{Name}: {parts[0]} is no name of a variable.");
            variables[parts[0]] = parts[1];
        }
    }

    /// <summary>Splits at whitespace outside quotes. Within quotes, a backslash escapes.</summary>
    internal static string[] Split(string text)
    {
        List<string> words = [];
        var (word, quote, isWord) = (new StringBuilder(), '\0', false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\' && i + 1 < text.Length) (_, isWord) = (word.Append(text[++i]), true);
            else if (quote != '\0' && c == quote) quote = '\0';
            else if (quote == '\0' && c is '"' or '\'') (quote, isWord) = (c, true);
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (isWord) words.Add(word.ToString());
                (_, isWord) = (word.Clear(), false);
            }
            else (_, isWord) = (word.Append(c), true);
        }
        if (isWord) words.Add(word.ToString());
        return quote == '\0' ? [.. words] : throw new FormatException($"A quote is not closed: {text}");
    }

    private string Expand(string word, IReadOnlyDictionary<string, string> environment)
    {
        word = word.Replace("%d", CredentialsFolder, StringComparison.Ordinal).Replace("%%", "%", StringComparison.Ordinal);
        return word.StartsWith('$') && !word.StartsWith("$$", StringComparison.Ordinal) ? environment.GetValueOrDefault(word.Trim('$', '{', '}'), "")
            : word.Replace("$$", "$", StringComparison.Ordinal);
    }

    private List<string> All(string key) => _settings.GetValueOrDefault(key, []);

    private string? Last(string key) => All(key).LastOrDefault();

    private string[] Words(string key) => [.. All(key).SelectMany(Split)];

    private TimeSpan Seconds(string key, double otherwise)
        => TimeSpan.FromSeconds(Last(key) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : otherwise);
}
