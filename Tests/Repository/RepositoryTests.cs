using System.Text.RegularExpressions;

namespace Tests.Repository;

/// <summary>Rules for the files of this repository.</summary>
[Trait("Category", "Unit")]
public sealed partial class RepositoryTests
{
    private const int LineLengthMax = 160, ProgramLinesMax = 60, EndpointsLinesMax = 150, ReadmeLinesMax = 25, SharedLinesMax = 11;

    private static readonly string[] TextTypes =
    [
        ".cs", ".csproj", ".props", ".targets", ".sln", ".json", ".md", ".lua", ".sql", ".proto", ".http", ".config", ".ts", ".js", ".html", ".css", ".yml",
            ".sh", "",
    ];

    private static readonly string[] CodeTypes = [".cs", ".cshtml", ".csproj", ".props", ".targets", ".css", ".js", ".lua", ".py", ".sh", ".sql"];

    // Concatenated, so that this file does not contain the text it searches for.
    private static readonly string[] MachinePaths = ["/wo" + "rk/", "/tmp" + "/w/", "/ho" + "me/", "/ro" + "ot/", @"C:\Us" + "ers"];
    private static readonly string[] Unfinished = ["TO" + "DO", "FIX" + "ME", "Ski" + "p = \""];

    [Fact]
    public void No_file_contains_a_path_of_one_machine() => AssertNone(
        from file in Texts from path in MachinePaths where SourceTree.Read(file).Contains(path, StringComparison.Ordinal) select $"{file}: {path}");

    [Fact]
    public void No_file_of_the_build_names_a_host() => AssertNone(
        from file in SourceTree.Files
        where Path.GetExtension(file) is ".props" or ".targets" or ".csproj" or ".sln" || Path.GetFileName(file).ToUpperInvariant() is "NUGET.CONFIG"
            or ".NPMRC" or "PACKAGE-LOCK.JSON"
        from Match address in Address().Matches(SourceTree.Read(file))
        select $"{file}: {address.Value}");

    [Fact]
    public void Nothing_is_unfinished_or_disabled() => AssertNone(
        from file in Texts where Path.GetExtension(file) is ".cs" or ".csproj" or ".props" or ".targets" or ".lua"
        from word in Unfinished where SourceTree.Read(file).Contains(word, StringComparison.Ordinal) select $"{file}: {word}");

    [Fact]
    public void No_line_of_code_is_longer_than_a_screen() => AssertNone(
        from file in SourceTree.Files where file.EndsWith(".cs", StringComparison.Ordinal)
        from line in SourceTree.Read(file).Split('\n')
            .Index() where line.Item.Length > LineLengthMax select $"{file}:{line.Index + 1}: {line.Item.Length} characters");

    [Fact]
    public void Program_and_endpoint_files_stay_small() => AssertNone(
        from file in SourceTree.Files
        let limit = Path.GetFileName(file) == "Program.cs" ? ProgramLinesMax : file.EndsWith("Endpoints.cs", StringComparison.Ordinal) ? EndpointsLinesMax
            : int.MaxValue
        where !IsBelow(file, "Integrations") && !IsBelow(file, "Tests") && limit < int.MaxValue
        let lines = SourceTree.Read(file).TrimEnd('\n').Split('\n').Length
        where lines > limit select $"{file}: {lines} lines");

    [Fact]
    public void A_type_is_in_a_file_of_the_same_name() => AssertNone(
        from file in SourceTree.Files where file.EndsWith(".cs", StringComparison.Ordinal) && !IsBelow(file, "Tests")
            && Path.GetFileName(file) != "Program.cs" && !file.EndsWith(".cshtml.cs", StringComparison.Ordinal)
        from Match type in TypeDeclaration().Matches(SourceTree.Read(file))
        where type.Groups["name"].Value != Path.GetFileNameWithoutExtension(file) select $"{file}: {type.Groups["name"].Value}");

    /// <summary>Code that is written twice is corrected once. Indentation and blank lines do not count.</summary>
    [Fact]
    public void No_two_places_share_more_than_a_few_lines_of_code() => AssertNone(
        from file in SourceTree.Files where CodeTypes.Contains(Path.GetExtension(file)) && !IsBelow(file, "aspirate-output")
        let lines = SourceTree.Read(file).Split('\n').Index().Select(line => (line.Index, Text: line.Item.Trim())).Where(line => line.Text.Length > 0).ToArray()
        from first in Enumerable.Range(0, Math.Max(lines.Length - SharedLinesMax, 0))
        group $"{file}:{lines[first].Index + 1}" by string.Join('\n', lines[first..(first + SharedLinesMax + 1)].Select(line => line.Text)) into places
        where places.Count() > 1 select string.Join(", ", places));

    [Fact]
    public void No_file_name_needs_quotes()
        => AssertNone(SourceTree.Files.Where(file => file.Any(c => !char.IsAsciiLetterOrDigit(c) && !"/._-+".Contains(c, StringComparison.Ordinal))));

    /// <summary>On macOS and Windows, such paths are the same file, so a clone would lack one of them.</summary>
    [Fact]
    public void No_two_paths_differ_only_in_case() => AssertNone(
        from paths in SourceTree.Files.SelectMany(WithFolders).Distinct().GroupBy(path => path, StringComparer.OrdinalIgnoreCase)
        where paths.Count() > 1 select string.Join(", ", paths));

    [Fact]
    public void Every_integration_has_a_short_readme() => AssertNone(
        from folder in SourceTree.Files.Where(file => IsBelow(file, "Integrations")).Select(file => file.Split('/')[1]).Distinct()
        let readme = Path.Combine("Integrations", folder, "README.md")
        let lines = SourceTree.Files.Contains(readme) ? SourceTree.Read(readme).TrimEnd('\n').Split('\n').Length : 0
        where lines is 0 or > ReadmeLinesMax select $"{readme}: {lines} lines");

    private static IEnumerable<string> Texts => SourceTree.Files.Where(file => TextTypes.Contains(Path.GetExtension(file)));

    private static IEnumerable<string> WithFolders(string file) =>
        file.Select((c, at) => (c, at)).Where(one => one.c == '/').Select(one => file[..one.at]).Append(file);

    private static bool IsBelow(string file, string folder) => file.StartsWith(folder + "/", StringComparison.Ordinal);

    private static void AssertNone(IEnumerable<string> faults) => Assert.True(!faults.Any(), string.Join('\n', faults));

    // At the beginning of a line, because nested types are indented.
    [GeneratedRegex(@"^(?:(?:public|internal|static|sealed|abstract|partial|readonly|unsafe) )*(?:class|struct|interface|enum|record(?: struct)?) (?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"\bhttps?://[^\s""'<]+")]
    private static partial Regex Address();
}
