using System.Buffers.Text;
using System.Text;

namespace LoadTest.Http;

/// <summary>An HTTP/1.1 request without a body, complete except for one id in its path. Threads may share it.</summary>
internal sealed class RequestTemplate
{
    /// <summary>The maximum size of a request, in bytes.</summary>
    public const int BytesMax = 1024;

    private const int IdBytesMax = 64;

    private readonly byte[] _before;
    private readonly byte[] _after;

    public RequestTemplate(Target target, string method, string pathBefore, string pathAfter = "")
    {
        _before = Encoding.ASCII.GetBytes($"{method} {pathBefore}");
        var length = method == "GET" ? "" : "Content-Length: 0\r\n"; // RFC 9110, 8.6: a POST without a body declares it
        _after = Encoding.ASCII.GetBytes($"{pathAfter} HTTP/1.1\r\nHost: {target.Authority}\r\n{length}\r\n");
        if (_before.Length + IdBytesMax + _after.Length > BytesMax) throw new UsageException($"The address is too long: {target}.");
    }

    /// <summary>Writes the request for a number; returns its length in bytes.</summary>
    public int Write(long id, Span<byte> buffer)
    {
        _before.CopyTo(buffer);
        Utf8Formatter.TryFormat(id, buffer[_before.Length..], out var length);
        return End(buffer, _before.Length + length);
    }

    /// <summary>Writes the request for an id of up to 64 bytes; returns its length in bytes.</summary>
    public int Write(ReadOnlySpan<byte> id, Span<byte> buffer)
    {
        _before.CopyTo(buffer);
        id.CopyTo(buffer[_before.Length..]);
        return End(buffer, _before.Length + id.Length);
    }

    private int End(Span<byte> buffer, int at)
    {
        _after.CopyTo(buffer[at..]);
        return at + _after.Length;
    }
}
