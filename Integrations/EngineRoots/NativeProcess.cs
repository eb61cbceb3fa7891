namespace EngineRoots;

/// <summary>A process to run in the foreground. SIGTERM stops it fast and cleanly.</summary>
/// <param name="FileName">The program, by path or by name on the PATH.</param>
/// <param name="Arguments">Its arguments; they contain no secrets.</param>
/// <param name="Environment">Its variables. The container's own (passwords) are for the image's scripts and are not passed on.</param>
/// <param name="WorkingDirectory">Its working folder, by which the next preparation finds leftover processes.</param>
internal sealed record NativeProcess(
    string FileName, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, string WorkingDirectory);
