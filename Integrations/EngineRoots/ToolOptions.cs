using System.ComponentModel;

namespace EngineRoots;

/// <summary>How <see cref="Tool.Run"/> runs a program.</summary>
internal sealed record ToolOptions
{
    /// <summary>Variables on top of this process's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Text for the program's standard input.</summary>
    public string Input { get; init; } = "";

    /// <summary>The program is killed after this time.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Run as the user that the engines run as (differs only when this process is root).</summary>
    public bool AsEngineUser { get; init; }

    /// <summary>Called about once a second while the program runs.</summary>
    public Action? Tick { get; init; }
}
