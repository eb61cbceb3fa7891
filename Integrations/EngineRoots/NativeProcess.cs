namespace EngineRoots;

/// <summary>A process to launch in the foreground. SIGTERM stops it fast and cleanly.</summary>
/// <param name="FileName">The program, by path or by name on the PATH.</param>
/// <param name="Arguments">Its arguments; none is a secret.</param>
/// <param name="Environment">What it needs of variables. The container's own (passwords) are for the image's scripts and not passed on.</param>
/// <param name="WorkingDirectory">Where to start it; the next preparation finds what is left of it by that.</param>
internal sealed record NativeProcess(
    string FileName, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string WorkingDirectory);
