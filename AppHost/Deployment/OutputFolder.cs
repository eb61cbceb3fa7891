using System.Reflection;
using System.Text;
using k8s;
using k8s.Models;

namespace AppHost.Deployment;

/// <summary>
/// Writes files the same way each time: UTF-8, LF, independent of machine and time. Overwrites and never deletes, because the folder may contain files with
/// secrets.
/// </summary>
internal sealed class OutputFolder(string path)
{
    private const string Note = "# Written by `dotnet run --project AppHost -- publish`; change AppHost/ and publish again.\n";

    /// <summary>Writes YAML documents into one file: Kubernetes objects, maps, or text that is already YAML.</summary>
    public void WriteYaml(string name, params IEnumerable<object> documents) => Write(name, Note + string.Join("---\n", documents.Select(Serialize)));

    private static string Serialize(object document)
    {
        if (document is string text) return text;
        if (document is IKubernetesObject typed)
        {
            // The library leaves these two to the caller.
            var type = document.GetType().GetKubernetesTypeMetadata();
            (typed.ApiVersion, typed.Kind) = (type.Group.Length == 0 ? type.ApiVersion : $"{type.Group}/{type.ApiVersion}", type.Kind);
        }
        return KubernetesYaml.Serialize(document) + "\n";
    }

    /// <summary>Writes a text file; scripts (<c>.sh</c>) are executable.</summary>
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

    /// <summary>Writes a file that is embedded in this program, from <c>Deployment/Files</c>.</summary>
    public void WriteResource(string name, string resource) => Write(name, Read(resource));

    /// <summary>Reads a file that is embedded in this program, and replaces its placeholders, <c>@NAME@</c>.</summary>
    public static string Read(string resource, params (string Mark, string Value)[] marks)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new DistributedApplicationException($"Embedded file '{resource}' not found.");
        using var reader = new StreamReader(stream);
        return marks.Aggregate(reader.ReadToEnd(), (text, mark) => text.Replace($"@{mark.Mark}@", mark.Value, StringComparison.Ordinal));
    }
}
