using System.Text;
using LoadTest.Http;

namespace Tests.Unit.LoadTest;

[Trait("Category", "Unit")]
public sealed class HttpResponseTests
{
    public static TheoryData<string, int, string, bool> Complete => new()
    {
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", false },
        { "HTTP/1.1 200 OK\r\nServer: nginx\r\ncontent-LENGTH:0\r\nX: y\r\n\r\n", 200, "", false },
        { "HTTP/1.1 204 No Content\r\n\r\n", 204, "", false },
        { "HTTP/1.1 400 Bad Request\r\nConnection: Close\r\nContent-Length: 2\r\n\r\n{}", 400, "{}", true },
        { "HTTP/1.1 503 \r\nContent-Length: 1\r\n\r\nx", 503, "x", false },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n", 200, "", false },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\nd\r\n{\"paid\":true}\r\n0\r\n\r\n", 200, "{\"paid\":true}", false },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n00A\r\n0123456789\r\n1\r\nz\r\n0\r\nA: b\r\n\r\n",
            200, "abc0123456789z", false },
    };

    [Theory]
    [MemberData(nameof(Complete))]
    public void It_is_complete_exactly_with_its_last_byte(string text, int status, string body, bool isLast)
    {
        var whole = Encoding.ASCII.GetBytes(text);
        for (var length = 0; length < whole.Length; length++)
            Assert.Equal(ResponseState.Incomplete, HttpResponse.Parse(whole.AsSpan(0, length).ToArray(), out _));

        Assert.Equal(ResponseState.Complete, HttpResponse.Parse(whole, out var response));
        Assert.Equal((status, whole.Length, isLast), (response.Status, response.Length, response.IsLast));
        Assert.Equal(body, Encoding.ASCII.GetString(whole, response.BodyStart, response.BodyLength));
    }

    [Fact]
    public void Following_bytes_do_not_belong_to_it()
    {
        const string One = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        Assert.Equal(ResponseState.Complete, HttpResponse.Parse(Encoding.ASCII.GetBytes(One + One), out var response));
        Assert.Equal(One.Length, response.Length);
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 20x OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5!\r\nhello\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n")]
    [InlineData("hello\r\n\r\n")]
    public void Unsupported_responses_are_invalid(string text) =>
        Assert.Equal(ResponseState.Invalid, HttpResponse.Parse(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void A_head_above_its_limit_is_invalid() =>
        Assert.Equal(ResponseState.Invalid, HttpResponse.Parse(new byte[HttpResponse.HeadBytesMax + 1], out _));
}
