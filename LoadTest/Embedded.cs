namespace LoadTest;

/// <summary>Files inside the program.</summary>
internal static class Embedded
{
    /// <summary>Reads one by its name.</summary>
    public static string Read(string name)
    {
        using var reader = new StreamReader(typeof(Embedded).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
