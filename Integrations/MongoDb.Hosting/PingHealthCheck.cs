using System.Buffers.Binary;
using System.Net.Sockets;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Checks that a server answers a <c>ping</c>, which needs no login: one message of the wire protocol, so an AppHost needs no driver.</summary>
internal sealed class PingHealthCheck(MongoDBServerResource server) : IHealthCheck
{
    private const int ReplyBytesMax = 4096, ReplyHeadBytes = 21, OpMsg = 2013;

    // { ping: 1, $db: "admin" } as an OP_MSG: header, no flags, one section of kind 0.
    private static readonly byte[] Ping =
    [
        .. (ReadOnlySpan<byte>)[51, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, OpMsg & 255, OpMsg >> 8, 0, 0, 0, 0, 0, 0, 0],
        30, 0, 0, 0, .. "\x10ping\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0"u8,
    ];

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // An external server: its clients know how to reach it, but this check might not (TLS, several hosts, SRV records).
        if (server.HasAnnotationOfType<ConnectionStringRedirectAnnotation>()) return HealthCheckResult.Healthy();
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(server.PrimaryEndpoint.Host, server.PrimaryEndpoint.Port, cancellationToken);
            await using var stream = client.GetStream();
            await stream.WriteAsync(Ping, cancellationToken);
            var reply = new byte[ReplyBytesMax];
            await stream.ReadExactlyAsync(reply.AsMemory(0, 4), cancellationToken);
            var length = BinaryPrimitives.ReadInt32LittleEndian(reply);
            if (length is <= ReplyHeadBytes or > ReplyBytesMax)
                return HealthCheckResult.Unhealthy("The answer to a ping is not a valid message of MongoDB's protocol.");
            await stream.ReadExactlyAsync(reply.AsMemory(4, length - 4), cancellationToken);
            return IsOk(reply.AsSpan(ReplyHeadBytes, length - ReplyHeadBytes)) ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("The server is not ready: it answered a ping with an error.");
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
    }

    /// <summary>Returns whether the reply has <c>ok: 1.0</c>, as all servers write it.</summary>
    private static bool IsOk(ReadOnlySpan<byte> document)
        => document.IndexOf((ReadOnlySpan<byte>)[1, (byte)'o', (byte)'k', 0, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]) > 0;
}
