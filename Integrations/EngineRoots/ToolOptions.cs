using System.ComponentModel;

namespace EngineRoots;

/// <summary>Options of <see cref="Tool.Run"/>.</summary>
internal sealed record ToolOptions
{
    /// <summary>Variables added to this process's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The program's standard input.</summary>
    public string Input { get; init; } = "";

    /// <summary>The time limit; the program is killed after it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether to run as the engines' user (which differs only if this process is root).</summary>
    public bool AsEngineUser { get; init; }

    /// <summary>Called about once a second while the program runs.</summary>
    public Action? Tick { get; init; }
}
