using System.Globalization;
using System.Text;

namespace LoadTest.Scenarios;

/// <summary>A request of a scenario, and the status that answers it as it should be.</summary>
/// <param name="Kind">What is asked for; durations are reported by it.</param>
/// <param name="Method">As HTTP has it.</param>
/// <param name="Path">With the query, in ASCII.</param>
internal sealed record Call(string Kind, string Method, string Path)
{
    /// <summary>Room for all but the body, in bytes.</summary>
    public const int HeadBytesMax = 1024;

    /// <summary>Content and its type; empty: none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
    public string ContentType { get; init; } = "application/json";

    /// <summary>The status that is expected.</summary>
    public int Status { get; init; } = 200;

    /// <summary>Another one that will do; 0: none will.</summary>
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
