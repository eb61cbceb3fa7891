using System.Runtime.InteropServices;
using Tests.Cluster;

namespace Tests.Faults;

/// <summary>Signals of signal(7), with their numbers on Linux.</summary>
public enum Signal
{
    HangUp = 1,
    Interrupt = 2,
    Quit = 3,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

/// <summary>Sends signals to whole programs. A server's workers get the signal too, as if its machine had failed.</summary>
internal static class Signals
{
    /// <summary>Signals a process, which must exist, and then all its descendants. In this order, none is replaced by a new one.</summary>
    public static void Send(this Signal signal, int root)
    {
        var tree = ProcessTable.Tree(root);
        Assert.True(SendSignal(root, (int)signal) == 0, $"There is no process {root}.");
        foreach (var id in tree.Skip(1)) _ = SendSignal(id, (int)signal);
    }

    /// <summary>Signals one process. Returns false if it does not exist.</summary>
    public static bool TrySend(this Signal signal, int process) => SendSignal(process, (int)signal) == 0;

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
