using System.Collections.Concurrent;
using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Tests.Hosts;

/// <summary>
/// Creates sockets in a network namespace. A socket belongs to the namespace of the thread that created it, so one thread enters it and stays there.
/// </summary>
internal sealed class NetworkNamespace : IDisposable
{
    private const int CloneNewNet = 0x40000000; // sched.h
    private readonly BlockingCollection<(Func<Socket> Create, TaskCompletionSource<Socket> Created)> _wanted = [];
    private readonly Thread _thread;

    /// <param name="process">A process in the namespace.</param>
    public NetworkNamespace(int process)
    {
        _thread = new Thread(() => Run(process)) { IsBackground = true, Name = "network namespace" };
        _thread.Start();
    }

    /// <summary>Connects from within the namespace.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var socket = await CreateAsync(static () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp), ct);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(context.DnsEndPoint, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Creates a socket in the namespace.</summary>
    public Task<Socket> CreateAsync(Func<Socket> create, CancellationToken ct)
    {
        var created = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        _wanted.Add((create, created), ct);
        return created.Task.WaitAsync(ct);
    }

    public void Dispose()
    {
        _wanted.CompleteAdding();
        _thread.Join();
        _wanted.Dispose();
    }

    private void Run(int process)
    {
        using var there = File.OpenHandle($"/proc/{process}/ns/net");
        var error = SetNamespace(there, CloneNewNet) == 0 ? null : new Win32Exception();
        foreach (var (create, created) in _wanted.GetConsumingEnumerable())
            if (error is null) created.SetResult(create());
            else created.SetException(error);
    }

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetNamespace(SafeHandle file, int kind);
}
