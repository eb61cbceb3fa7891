using System.Buffers.Binary;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Aspire.Hosting.Dashboard;

/// <summary>The little of gRPC over HTTP/2 that one service needs: each message is a byte 0 (not compressed), the length as four bytes, big endian, and
/// the message;
/// the outcome is a trailer.</summary>
internal static class Grpc
{
    /// <summary>Requests are a name or two.</summary>
    private const int RequestBytesMax = 64 * 1024;
    private const int PrefixLength = 5;

    /// <summary>The outcomes used.</summary>
    public enum Status
    {
        Ok = 0,
        InvalidArgument = 3,
        Unimplemented = 12,
        Internal = 13,
        Unavailable = 14,
        Unauthenticated = 16,
    }

    /// <summary>Reads the only message of a request.</summary>
    /// <exception cref="InvalidDataException">There is none, or it is compressed, too large or not of this type.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, MessageParser<T> parser) where T : IMessage<T>
    {
        var prefix = new byte[PrefixLength];
        var length = await context.Request.Body.ReadAtLeastAsync(prefix, PrefixLength, throwOnEndOfStream: false, context.RequestAborted) < PrefixLength
            ? throw new InvalidDataException("The request has no message.")
            : BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1));
        if (prefix[0] != 0) throw new InvalidDataException("The message is compressed.");
        if (length > RequestBytesMax) throw new InvalidDataException($"The message has {length} bytes, the limit is {RequestBytesMax}.");
        var message = new byte[length];
        try
        {
            await context.Request.Body.ReadExactlyAsync(message, context.RequestAborted);
            return parser.ParseFrom(message);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidProtocolBufferException)
        {
            throw new InvalidDataException("The message is incomplete or not of the type expected.", e);
        }
    }

    /// <summary>Writes a message and sends it.</summary>
    public static async Task WriteAsync(HttpContext context, IMessage message, CancellationToken cancellationToken)
    {
        var writer = context.Response.BodyWriter;
        Prefix(writer.GetSpan(PrefixLength), message.CalculateSize());
        writer.Advance(PrefixLength);
        message.WriteTo(writer);
        await writer.FlushAsync(cancellationToken);
    }

    /// <summary>Ends a call. Where nothing was sent yet the outcome becomes a header, which gRPC allows.</summary>
    public static void End(HttpContext context, Status status, string message = "")
    {
        var code = ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var text = Uri.EscapeDataString(message);
        if (context.Response.HasStarted)
        {
            context.Response.AppendTrailer("grpc-status", code);
            if (text.Length > 0) context.Response.AppendTrailer("grpc-message", text);
        }
        else
        {
            context.Response.Headers["grpc-status"] = code;
            if (text.Length > 0) context.Response.Headers["grpc-message"] = text;
        }
    }

    private static void Prefix(Span<byte> prefix, int length)
    {
        prefix[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(prefix[1..], length);
    }
}
