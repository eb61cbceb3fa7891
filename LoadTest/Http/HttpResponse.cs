using System.Buffers.Text;
using System.Text;

namespace LoadTest.Http;

/// <summary>
/// An HTTP/1.1 response (RFC 9112) in a buffer. Supports only responses that a load test receives: with a length or chunks, never a body that ends with the
/// connection, no 1xx.
/// </summary>
/// <param name="Status">From 200 to 599.</param>
/// <param name="BodyStart">The body's offset in the buffer.</param>
/// <param name="BodyLength">The body's length in bytes, without chunk headers.</param>
/// <param name="Length">The length of head and body as received, in bytes.</param>
/// <param name="IsLast">Whether the server closes the connection after this response.</param>
internal readonly record struct HttpResponse(int Status, int BodyStart, int BodyLength, int Length, bool IsLast)
{
    /// <summary>The maximum length of the head and of the body, in bytes.</summary>
    public const int HeadBytesMax = 16 * 1024, BodyBytesMax = 1024 * 1024;

    /// <summary>Parses a response from its first byte. The chunks of a complete response are joined in place.</summary>
    public static ResponseState Parse(Span<byte> received, out HttpResponse response)
    {
        response = default;
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0) return received.Length > HeadBytesMax ? ResponseState.Invalid : ResponseState.Incomplete;
        if (!TryReadHead(received[..(end + 2)], out var status, out var length, out var isChunked, out var isLast)) return ResponseState.Invalid;
        var start = end + 4;
        if (status is 204 or 304) (length, isChunked) = (0, false);
        if (isChunked) return Join(received, start, status, isLast, out response);
        if (length is < 0 or > BodyBytesMax) return ResponseState.Invalid;
        if (received.Length - start < length) return ResponseState.Incomplete;
        response = new HttpResponse(status, start, length, start + length, isLast);
        return ResponseState.Complete;
    }

    // The length is -1 if not given.
    private static bool TryReadHead(ReadOnlySpan<byte> head, out int status, out int length, out bool isChunked, out bool isLast)
    {
        (status, length, isChunked, isLast) = (0, -1, false, false);
        if (!head.StartsWith("HTTP/1.1 "u8) || head.Length < 14 || !Utf8Parser.TryParse(head.Slice(9, 3), out status, out var digits) || digits != 3)
            return false;
        if (status is < 200 or > 599) return false;
        for (head = head[(head.IndexOf("\r\n"u8) + 2)..]; head.Length > 0;)
        {
            var end = head.IndexOf("\r\n"u8);
            var line = head[..end];
            head = head[(end + 2)..];
            var colon = line.IndexOf((byte)':');
            if (colon is not (10 or 14 or 17)) continue; // the lengths of the three names below; most lines are skipped here
            var name = line[..colon];
            var value = line[(colon + 1)..];
            value = value[Ascii.Trim(value)];
            if (Ascii.EqualsIgnoreCase(name, "Content-Length"u8))
            {
                if (!Utf8Parser.TryParse(value, out length, out var read) || read != value.Length || length < 0) return false;
            }
            else if (Ascii.EqualsIgnoreCase(name, "Transfer-Encoding"u8)) isChunked = Ascii.EqualsIgnoreCase(value, "chunked"u8);
            else if (Ascii.EqualsIgnoreCase(name, "Connection"u8)) isLast = Ascii.EqualsIgnoreCase(value, "close"u8);
        }

        return true;
    }

    private static ResponseState Join(Span<byte> received, int start, int status, bool isLast, out HttpResponse response)
    {
        response = default;
        var (at, total, chunks, firstData) = (start, 0, 0, start);
        while (true)
        {
            var state = ReadChunkHead(received, ref at, out var size);
            if (state != ResponseState.Complete) return state;
            if (size == 0) break;
            if (chunks++ == 0) firstData = at;
            total += size;
            at += size + 2;
            if (total > BodyBytesMax) return ResponseState.Invalid;
        }

        var trailer = received[Math.Min(at, received.Length)..];
        var end = trailer.StartsWith("\r\n"u8) ? 2 : trailer.IndexOf("\r\n\r\n"u8) is >= 0 and var found ? found + 4 : -1;
        if (end < 0) return trailer.Length > HeadBytesMax ? ResponseState.Invalid : ResponseState.Incomplete;
        if (chunks > 1) MoveTogether(received, start, firstData);
        response = new HttpResponse(status, firstData, total, at + end, isLast);
        return ResponseState.Complete;
    }

    private static void MoveTogether(Span<byte> received, int from, int to)
    {
        while (ReadChunkHead(received, ref from, out var size) == ResponseState.Complete && size > 0)
        {
            received.Slice(from, size).CopyTo(received[to..]);
            (from, to) = (from + size + 2, to + size);
        }
    }

    // RFC 9112, 7.1: the size in hexadecimal, optional extensions, and the end of the line. Advances to the data.
    private static ResponseState ReadChunkHead(ReadOnlySpan<byte> received, ref int at, out int size)
    {
        size = 0;
        if (at >= received.Length) return ResponseState.Incomplete;
        var line = received[at..];
        var end = line.IndexOf("\r\n"u8);
        if (end < 0) return line.Length > HeadBytesMax ? ResponseState.Invalid : ResponseState.Incomplete;
        if (!Utf8Parser.TryParse(line[..end], out size, out var digits, 'x') || digits == 0 || size is < 0 or > BodyBytesMax) return ResponseState.Invalid;
        if (digits < end && line[digits] is not ((byte)';' or (byte)' ')) return ResponseState.Invalid;
        at += end + 2;
        return ResponseState.Complete;
    }
}
