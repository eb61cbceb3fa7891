using System.Reflection;
using System.Text;
using YamlDotNet.Serialization;

namespace AppHost.Deployment;

/// <summary>A mapping of YAML; its keys keep their order.</summary>
internal sealed class Map : Dictionary<string, object>
{
    /// <summary>Adds what the other has.</summary>
    public Map With(Map other)
    {
        foreach (var (key, value) in other) this[key] = value;
        return this;
    }
}

/// <summary>
/// Writes files the same way each time: UTF-8, LF, nothing of the machine or the time in them. Overwrites and never deletes: files with secrets may lie beside.
/// </summary>
internal sealed class OutputFolder(string path)
{
    private const string Note = "# Written by `dotnet run --project AppHost -- publish`; change AppHost/ and publish again.\n";

    private static readonly ISerializer Serializer = new SerializerBuilder().WithQuotingNecessaryStrings().WithNewLine("\n").WithIndentedSequences()
        .DisableAliases().Build();

    /// <summary>Writes objects, in one file.</summary>
    public void WriteYaml(string name, params IEnumerable<Map> documents)
        => Write(name, Note + string.Join("---\n", documents.Select(d => Serializer.Serialize(d))));

    /// <summary>Writes a text; a script (<c>.sh</c>) can be run.</summary>
    public void Write(string name, string text)
    {
        var file = Path.Combine(path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text.ReplaceLineEndings("\n"), new UTF8Encoding(false));
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        File.SetUnixFileMode(file, Path.GetExtension(name) == ".sh"
            ? Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : Readable);
    }

    /// <summary>Writes a file that is part of this program, from <c>Deployment/Files</c>.</summary>
    public void WriteResource(string name, string resource) => Write(name, Read(resource));

    /// <summary>Reads a file that is part of this program.</summary>
    public static string Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new DistributedApplicationException($"The program has no file '{resource}'.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
