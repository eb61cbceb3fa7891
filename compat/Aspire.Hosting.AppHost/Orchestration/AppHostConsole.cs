namespace Aspire.Hosting.Orchestration;

/// <summary>What the AppHost tells the person who started it. Silent under the testing package.</summary>
internal sealed class AppHostConsole(bool silent)
{
    private readonly Lock _lock = new();

    /// <summary>A step of long work, with who does it.</summary>
    public void Progress(string who, string what) => WriteLine($"  {who,-14} {what}");

    public void WriteLine(string line)
    {
        if (silent) return;
        lock (_lock) Console.Out.WriteLine(line);
    }

    public void Error(string line)
    {
        if (silent) return;
        lock (_lock) Console.Error.WriteLine(line);
    }
}
