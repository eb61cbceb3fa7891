using System.Reflection;
using System.Runtime.InteropServices;

namespace AppHost;

/// <summary>Programs of the solution's projects, as the AppHost's own build has left them.</summary>
internal static class BuiltProgram
{
    /// <summary>The folder of the runtime that runs this AppHost: the programs' host looks there first, wherever it was installed.</summary>
    public static string DotNetRoot { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    /// <summary>The configuration that the AppHost was built in: <c>Debug</c> or <c>Release</c>.</summary>
    public static string Configuration { get; } = typeof(BuiltProgram).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    /// <summary>The program of a project in the AppHost's own configuration and framework; null if it is not there.</summary>
    public static string? Find(string projectPath)
    {
        var program = Path.Combine(Path.GetDirectoryName(projectPath)!, "bin", Configuration, $"net{Environment.Version.Major}.0",
            Path.GetFileNameWithoutExtension(projectPath) + (OperatingSystem.IsWindows() ? ".exe" : ""));
        return File.Exists(program) ? program : null;
    }
}
