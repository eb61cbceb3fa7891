using System.Globalization;
using System.Text;

namespace LoadTest.Scenarios;

/// <summary>A request of a scenario, and its expected status.</summary>
/// <param name="Kind">The kind of request, by which durations are reported.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path with its query, in ASCII.</param>
internal sealed record Call(string Kind, string Method, string Path)
{
    /// <summary>The maximum size of the request without its body, in bytes.</summary>
    public const int HeadBytesMax = 1024;

    /// <summary>The content and its type; empty for none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
    public string ContentType { get; init; } = "application/json";

    public int Status { get; init; } = 200;

    /// <summary>Another accepted status; 0 for none.</summary>
    public int OtherStatus { get; init; }

    public static Call Get(string kind, string path) => new(kind, "GET", path);

    public static Call Post(string kind, string path) => new(kind, "POST", path);

    /// <summary>Writes the request; returns its length in bytes.</summary>
    public int Write(string authority, Span<byte> buffer)
    {
        var content = Body.Length > 0 ? $"Content-Type: {ContentType}\r\n" : "";
        var length = Method is "GET" or "DELETE" ? "" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n");
        var head = Encoding.ASCII.GetBytes($"{Method} {Path} HTTP/1.1\r\nHost: {authority}\r\n{content}{length}\r\n", buffer[..HeadBytesMax]);
        Body.Span.CopyTo(buffer[head..]);
        return head + Body.Length;
    }
}
