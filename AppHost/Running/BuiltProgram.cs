using System.Reflection;
using System.Runtime.InteropServices;

namespace AppHost;

/// <summary>Finds programs of the solution's projects that the AppHost's own build has created.</summary>
internal static class BuiltProgram
{
    /// <summary>The folder of the runtime that runs this AppHost; the programs' host looks there first, wherever .NET is installed.</summary>
    public static string DotNetRoot { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    /// <summary>The AppHost's build configuration: <c>Debug</c> or <c>Release</c>.</summary>
    public static string Configuration { get; } = typeof(BuiltProgram).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>Finds a project's program in the AppHost's own configuration and framework; null if it does not exist.</summary>
    public static string? Find(string projectPath)
    {
        var program = Path.Combine(Path.GetDirectoryName(projectPath)!, "bin", Configuration, $"net{Environment.Version.Major}.0",
            Path.GetFileNameWithoutExtension(projectPath) + (OperatingSystem.IsWindows() ? ".exe" : ""));
        return File.Exists(program) ? program : null;
    }
}
