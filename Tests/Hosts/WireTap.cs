using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Tests.Hosts;

/// <summary>Records the TCP packets that pass the bridge between the machines: a packet socket, see packet(7).</summary>
internal sealed class WireTap : IAsyncDisposable
{
    private const int AllProtocols = 3, Ethernet = 14, Header = 20, IPv4 = 0x0800, Tcp = 6, PacketMax = 65_536, BytesMax = 256 << 20;
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<(int Port, byte[] Payload)> _packets = [];
    private readonly Task _listening;

    private WireTap(Socket socket) => (_socket, _listening) = (socket, ListenAsync(socket));

    public static async Task<WireTap> StartAsync(NetworkNamespace network)
    {
        var protocol = (ProtocolType)(ushort)IPAddress.HostToNetworkOrder((short)AllProtocols);
        return new(await network.CreateAsync(() => new Socket(AddressFamily.Packet, SocketType.Raw, protocol) { ReceiveBufferSize = BytesMax },
            TestContext.Current.CancellationToken));
    }

    /// <summary>Stops, and returns what was sent to or from each port. A packet is recorded at each of its ports of the bridge.</summary>
    public async Task<ILookup<int, byte[]>> StopAsync()
    {
        await _stop.CancelAsync();
        await _listening;
        return _packets.ToLookup(p => p.Port, p => p.Payload);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ListenAsync(Socket socket)
    {
        var (buffer, bytes) = (new byte[PacketMax], 0L);
        try
        {
            while (true)
            {
                var packet = buffer.AsMemory(0, await socket.ReceiveAsync(buffer, _stop.Token));
                if (packet.Length < Ethernet + Header || BinaryPrimitives.ReadUInt16BigEndian(packet.Span[12..]) != IPv4) continue;
                if (packet.Span[Ethernet + 9] != Tcp) continue;
                var segment = packet[(Ethernet + (packet.Span[Ethernet] & 15) * 4)..];
                var payload = segment[(segment.Span[12] >> 4 << 2)..];
                if (payload.Length == 0) continue;
                if ((bytes += payload.Length) > BytesMax) throw new InvalidOperationException($"More than {BytesMax} bytes were sent.");
                var copy = payload.ToArray();
                for (var i = 0; i < 4; i += 2) _packets.Enqueue((BinaryPrimitives.ReadUInt16BigEndian(segment.Span[i..]), copy));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
