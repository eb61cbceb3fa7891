using System.Runtime.InteropServices;
using Tests.Cluster;

namespace Tests.Faults;

/// <summary>What happens to a process: signals of signal(7), by their numbers on Linux.</summary>
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

/// <summary>Sends signals to whole programs: a server that is killed or stops takes its workers with it, as its machine's failure would.</summary>
internal static class Signals
{
    /// <summary>Sends a signal to a process, which must be there, and then to all below it: in that order, so that none is replaced by a new one.</summary>
    public static void Send(this Signal signal, int root)
    {
        var tree = ProcessTable.Tree(root);
        Assert.True(SendSignal(root, (int)signal) == 0, $"There is no process {root}.");
        foreach (var id in tree.Skip(1)) _ = SendSignal(id, (int)signal);
    }

    /// <summary>Sends a signal to one process; false if it is not there.</summary>
    public static bool TrySend(this Signal signal, int process) => SendSignal(process, (int)signal) == 0;

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);
}
